import type { FieldFault } from '../errors/api-error';
import { MAX_NAME_CHARACTERS, MAX_TICKETS, PageQuery } from './common.dto';
import { Examples } from './examples';
import {
  FromText,
  Id,
  ListOf,
  ListOfIds,
  MAX_COUNT,
  OneOf,
  Optional,
  Text,
  Timestamp,
  WholeNumber,
} from './fields';
import type { SelfChecking } from './self-checking';
import { MAX_QUANTITY } from './waitlists.dto';

const MAX_ADDITIONAL_USERS = 100;
const MAX_BOOKING_IDS = 100;
export const BOOKING_STATUSES = ['booked', 'cancelled'] as const;
export type BookingStatusName = (typeof BOOKING_STATUSES)[number];

@Examples({
  'Three tickets for oneself': { event_id: 1, quantity: 3 },
  'One ticket': { event_id: 1 },
  'One each for oneself and two others': { event_id: 1, additionalUsers: [8, 9] },
})
export class BookTicketsBody implements SelfChecking {
  @Id('The event')
  event_id!: number;

  @Optional()
  @WholeNumber('Tickets in all; one for each person where left out', {
    min: 1,
    max: MAX_QUANTITY,
    example: 3,
  })
  quantity?: number;

  @Optional()
  @ListOfIds('Others who get one ticket each; the caller gets the rest', {
    max: MAX_ADDITIONAL_USERS,
    example: [],
  })
  additionalUsers: number[] = [];

  @Optional()
  @Id('Oneself; an admin may name somebody else to act for', 7)
  user_id?: number;

  @Optional()
  @OneOf('Accepted where it says what a new booking is', ['booked'])
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
  "All of one's tickets for an event": { event_id: 1 },
  'The last one of them': { event_id: 1, quantity: 1 },
  'One ticket by its booking': { booking_id: 12 },
  'Several tickets of one event': { booking_ids: [12, 13] },
})
export class CancelTicketsBody implements SelfChecking {
  @Optional()
  @Id("The event whose tickets the caller gives back; beside booking ids, the tickets' event")
  event_id?: number;

  @Optional()
  @WholeNumber('How many of them, the last ones first; all where left out', {
    min: 1,
    max: MAX_TICKETS,
    example: 1,
  })
  quantity?: number;

  @Optional()
  @Id('One ticket', 12)
  booking_id?: number;

  @Optional()
  @ListOfIds('Tickets of one event', { min: 1, max: MAX_BOOKING_IDS, example: [12, 13] })
  booking_ids?: number[];

  @Optional()
  @Id('Oneself; an admin may name somebody else to act for', 7)
  user_id?: number;

  faults(): FieldFault[] {
    if (this.booking_id !== undefined && this.booking_ids !== undefined) {
      return [{ field: 'booking_ids', message: 'booking_id and booking_ids exclude each other' }];
    }
    const namesBookings = this.booking_id !== undefined || this.booking_ids !== undefined;
    if (namesBookings && this.quantity !== undefined) {
      return [{ field: 'quantity', message: 'quantity and booking ids exclude each other' }];
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
  @OneOf('Only tickets of this status', BOOKING_STATUSES)
  status?: BookingStatusName;
}

/** One ticket. */
export class BookingDto {
  @Id('The booking', 12)
  id!: number;

  @Id('The event')
  event_id!: number;

  @WholeNumber("Counts the event's tickets in the order they were given out; never used twice", {
    min: 1,
    max: MAX_COUNT,
    example: 1,
  })
  ticket_no!: number;

  @Id('Who holds it', 7)
  user_id!: number;

  @Id('Who booked it, or asked for the waitlist place it came from', 7)
  booked_by!: number;

  @OneOf('A cancelled ticket stays on record', BOOKING_STATUSES)
  status!: BookingStatusName;

  @Timestamp('When it was given out')
  createdAt!: string;

  @Timestamp('When it was last changed')
  updatedAt!: string;
}

/** One ticket in a list. */
export class ListedBookingDto extends BookingDto {
  @Text("The event's present name", {
    min: 1,
    max: MAX_NAME_CHARACTERS,
    example: 'Midsummer Concert',
  })
  event_name!: string;
}

export class WaitlistPlaceDto {
  @Id('Who waits', 7)
  user_id!: number;

  @WholeNumber('Tickets still wanted', { min: 1, max: MAX_QUANTITY, example: 1 })
  quantity!: number;

  @WholeNumber('Place in the queue, from 1', { min: 1, max: MAX_COUNT, example: 1 })
  position!: number;
}

export class BookingResultDto {
  @OneOf(
    'What became of the booking: look here, not at the status code',
    ['booked', 'partially_booked', 'waitlisted'],
    'partially_booked',
  )
  outcome!: 'booked' | 'partially_booked' | 'waitlisted';

  @Id('The event')
  event_id!: number;

  @ListOf('The tickets that were given out', () => BookingDto)
  bookings!: BookingDto[];

  @ListOf('Who now waits for what could not be given out', () => WaitlistPlaceDto)
  waitlisted!: WaitlistPlaceDto[];

  @WholeNumber('Tickets left', { min: 0, max: MAX_TICKETS, example: 0 })
  available_tickets!: number;

  @WholeNumber("The event's version after it", { min: 1, max: MAX_COUNT, example: 1 })
  version!: number;
}

export class CancellationDto {
  @Id('The event')
  event_id!: number;

  @ListOf('The tickets that were given back; of very many, the first 1,000', () => BookingDto)
  cancelled!: BookingDto[];

  @WholeNumber('How many tickets were given back', { min: 1, max: MAX_TICKETS, example: 1 })
  cancelled_count!: number;

  @WholeNumber('How many of them found a new holder', { min: 0, max: MAX_TICKETS, example: 1 })
  reassigned!: number;

  @ListOfIds('People whose own waiting ended by it, because there is stock now; usually none', {
    max: MAX_BOOKING_IDS,
    example: [],
  })
  ended_entries!: number[];

  @WholeNumber('Tickets left', { min: 0, max: MAX_TICKETS, example: 0 })
  available_tickets!: number;

  @WholeNumber("The event's version after it", { min: 1, max: MAX_COUNT, example: 2 })
  version!: number;
}
