import type { FieldFault } from '../errors/api-error';
import { MAX_NAME_CHARACTERS, MAX_TICKETS, PageQuery } from './common.dto';
import { Examples } from './examples';
import {
  FromText,
  Id,
  LargeId,
  ListOf,
  ListOfIds,
  MAX_COUNT,
  OneOf,
  Optional,
  Text,
  WholeNumber,
} from './fields';
import { MomentOrNull, Timestamp } from './moment-field';
import type { SelfChecking } from './self-checking';
import { MAX_QUANTITY } from './waitlists.dto';

const MAX_ADDITIONAL_USERS = 100;
const MAX_BOOKING_IDS = 100;
export const BOOKING_STATUSES = ['booked', 'cancelled'] as const;
const IF_SHORT = ['wait', 'take', 'refuse'] as const;
type IfShortName = (typeof IF_SHORT)[number];
export type BookingStatusName = (typeof BOOKING_STATUSES)[number];

@Examples({
  'Three tickets for yourself': { event_id: 1, quantity: 3 },
  'One ticket': { event_id: 1 },
  'Four tickets or none': { event_id: 1, quantity: 4, if_short: 'refuse' },
  'One each for yourself and two others': { event_id: 1, additionalUsers: [2, 3] },
})
export class BookTicketsBody implements SelfChecking {
  @Id('Event id')
  event_id!: number;

  @Optional()
  @WholeNumber('Total number of tickets; default: one per person', {
    min: 1,
    max: MAX_QUANTITY,
    example: 3,
  })
  quantity?: number;

  @Optional()
  @ListOfIds('Account ids of others who get one ticket each; the caller gets the rest', {
    max: MAX_ADDITIONAL_USERS,
    example: [],
  })
  additionalUsers: number[] = [];

  @Optional()
  @OneOf(
    'If there are fewer tickets: `wait` for the rest (the default), `take` what there is, or ' +
      '`refuse`: all or nothing',
    IF_SHORT,
  )
  if_short?: IfShortName;

  @Optional()
  @Id('Your own account id, the default; an admin may act for another person')
  user_id?: number;

  @Optional()
  @OneOf('Accepted only as `booked`, the status of a new booking', ['booked'])
  status?: 'booked';

  faults(actorId: number | undefined): FieldFault[] {
    const faults: FieldFault[] = [];
    if (this.quantity !== undefined && this.quantity < this.additionalUsers.length) {
      faults.push({
        field: 'quantity',
        message: 'quantity must be at least the number of additionalUsers',
      });
    }
    const booker = this.user_id ?? actorId;
    if (booker !== undefined && this.additionalUsers.includes(booker)) {
      faults.push({
        field: 'additionalUsers',
        message: 'additionalUsers must not contain the person who books',
      });
    }
    return faults;
  }
}

@Examples({
  'All of your tickets for an event': { event_id: 1 },
  'The last one of your tickets': { event_id: 1, quantity: 1 },
  'One ticket by its booking id': { booking_id: 1 },
  'Several tickets of one event': { booking_ids: [1, 2] },
})
export class CancelTicketsBody implements SelfChecking {
  @Optional()
  @Id('Event whose tickets the caller cancels; with booking ids, the event of those tickets')
  event_id?: number;

  @Optional()
  @WholeNumber('How many tickets to cancel, the last ones first; default: all', {
    min: 1,
    max: MAX_TICKETS,
    example: 1,
  })
  quantity?: number;

  @Optional()
  @Id('Booking id of one ticket')
  booking_id?: number;

  @Optional()
  @ListOfIds('Booking ids of tickets of one event', {
    min: 1,
    max: MAX_BOOKING_IDS,
    example: [1, 2],
  })
  booking_ids?: number[];

  @Optional()
  @Id('Your own account id, the default; an admin may act for another person')
  user_id?: number;

  faults(): FieldFault[] {
    if (this.booking_id !== undefined && this.booking_ids !== undefined) {
      return [
        { field: 'booking_ids', message: 'booking_id and booking_ids are mutually exclusive' },
      ];
    }
    const namesBookings = this.booking_id !== undefined || this.booking_ids !== undefined;
    if (namesBookings && this.quantity !== undefined) {
      return [{ field: 'quantity', message: 'quantity and booking ids are mutually exclusive' }];
    }
    if (!namesBookings && this.event_id === undefined) {
      return [{ field: 'event_id', message: 'event_id, booking_id or booking_ids must be given' }];
    }
    return [];
  }
}

export class ListTicketsQuery extends PageQuery {
  @Optional()
  @FromText()
  @Id('Only tickets of this event')
  event_id?: number;

  @Optional()
  @OneOf('Only tickets with this status', BOOKING_STATUSES)
  status?: BookingStatusName;
}

/** One ticket. */
export class BookingDto {
  @LargeId('Booking id')
  id!: number;

  @Id('Event id')
  event_id!: number;

  @WholeNumber('Number of the ticket within its event, in order of issue; never reused', {
    min: 1,
    max: MAX_COUNT,
    example: 1,
  })
  ticket_no!: number;

  @Id('Account id of the holder')
  user_id!: number;

  @Id('Account id of the person who booked it or requested its waitlist entry')
  booked_by!: number;

  @OneOf('Status; cancelled tickets are kept', BOOKING_STATUSES)
  status!: BookingStatusName;

  @Timestamp('When it was issued')
  createdAt!: string;

  @Timestamp('When it was last changed')
  updatedAt!: string;
}

/** One ticket in a list. */
export class ListedBookingDto extends BookingDto {
  @Text("The event's current name", {
    min: 1,
    max: MAX_NAME_CHARACTERS,
    example: 'Midsummer Concert',
  })
  event_name!: string;

  @MomentOrNull('When the event begins', '2026-12-24T19:00:00.000Z')
  starts_at!: string | null;
}

export class WaitlistPositionDto {
  @Id('Account id of the person who waits')
  user_id!: number;

  @WholeNumber('Tickets still wanted', { min: 1, max: MAX_QUANTITY, example: 1 })
  quantity!: number;

  @WholeNumber('Position in the queue, from 1', { min: 1, max: MAX_COUNT, example: 1 })
  position!: number;
}

export class BookingResultDto {
  @OneOf(
    'Outcome of the booking; the status code is 201 for all of them',
    ['booked', 'partially_booked', 'waitlisted'],
    'partially_booked',
  )
  outcome!: 'booked' | 'partially_booked' | 'waitlisted';

  @Id('Event id')
  event_id!: number;

  @ListOf('The tickets that were booked', () => BookingDto)
  bookings!: BookingDto[];

  @ListOf('The people who now wait for the rest', () => WaitlistPositionDto)
  waitlisted!: WaitlistPositionDto[];

  @WholeNumber('Available tickets', { min: 0, max: MAX_TICKETS, example: 0 })
  available_tickets!: number;

  @WholeNumber('Version of the event after the booking', { min: 1, max: MAX_COUNT, example: 1 })
  version!: number;
}

export class CancellationDto {
  @Id('Event id')
  event_id!: number;

  @ListOf('The cancelled tickets; of more than 1,000, the first 1,000', () => BookingDto)
  cancelled!: BookingDto[];

  @WholeNumber('Number of cancelled tickets', { min: 1, max: MAX_TICKETS, example: 1 })
  cancelled_count!: number;

  @WholeNumber('How many of them went to people on the waitlist', {
    min: 0,
    max: MAX_TICKETS,
    example: 1,
  })
  reassigned!: number;

  @ListOfIds(
    'Account ids of people whose waitlist entry ended because tickets are available now; usually empty',
    {
      max: MAX_BOOKING_IDS,
      example: [],
    },
  )
  ended_entries!: number[];

  @WholeNumber('Available tickets', { min: 0, max: MAX_TICKETS, example: 0 })
  available_tickets!: number;

  @WholeNumber('Version of the event after the change', { min: 1, max: MAX_COUNT, example: 2 })
  version!: number;
}
