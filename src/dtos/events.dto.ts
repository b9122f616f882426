import type { FieldFault } from '../errors/api-error';
import { MAX_NAME_CHARACTERS, MAX_TICKETS, PageQuery } from './common.dto';
import { Examples } from './examples';
import {
  Flag,
  FlagFromText,
  Id,
  IdOrNull,
  ListOf,
  MAX_COUNT,
  OneOf,
  Optional,
  Text,
  WholeNumber,
  WholeNumberOrNull,
} from './fields';
import { FlatObjectOrNull } from './flat-object-field';
import { MomentOrNull, Timestamp } from './moment-field';
import type { SelfChecking } from './self-checking';
import { MAX_QUANTITY } from './waitlists.dto';

/** Of an event's `metadata`, as JSON. */
const MAX_METADATA_BYTES = 4_096;
const METADATA_EXAMPLE = { venue: 'Town Hall', price: '25 €' };
export const SALE_STATUSES = ['scheduled', 'on_sale', 'ended', 'cancelled'] as const;
export type SaleStatusName = (typeof SALE_STATUSES)[number];

export const EVENT_STATUSES = ['active', 'cancelled'] as const;
export type EventStatusName = (typeof EVENT_STATUSES)[number];
type Metadata = Readonly<Record<string, string | number | boolean>>;

/** When the event takes place, when its tickets are sold, and what clients keep with it. */
class EventTimes {
  @Optional()
  @MomentOrNull('When the event begins; for display only', '2026-12-24T19:00:00Z')
  starts_at?: string | null;

  @Optional()
  @MomentOrNull('The first moment of the sale; null for no start', null)
  sale_starts_at?: string | null;

  @Optional()
  @MomentOrNull('The first moment after the sale; null for no end', null)
  sale_ends_at?: string | null;

  @Optional()
  @FlatObjectOrNull('What clients keep with the event: venue, picture, price. Never read here', {
    maxBytes: MAX_METADATA_BYTES,
    example: METADATA_EXAMPLE,
  })
  metadata?: Metadata | null;

  /** If both are given; otherwise the other one is checked when the event is locked. */
  protected windowFaults(): FieldFault[] {
    const { sale_starts_at: start, sale_ends_at: end } = this;
    if (!start || !end || Date.parse(start) < Date.parse(end)) return [];
    return [{ field: 'sale_ends_at', message: 'sale_ends_at must be after sale_starts_at' }];
  }
}

@Examples({
  'Two tickets': { event_name: 'Midsummer Concert', total_tickets: 2 },
  'At most four tickets per person': {
    event_name: 'Midsummer Ball',
    total_tickets: 500,
    max_tickets_per_user: 4,
  },
  'On sale from a date': {
    event_name: 'Midsummer Gala',
    total_tickets: 500,
    starts_at: '2026-12-24T19:00:00+01:00',
    sale_starts_at: '2026-12-01T10:00:00+01:00',
    metadata: METADATA_EXAMPLE,
  },
})
export class CreateEventBody extends EventTimes implements SelfChecking {
  @Text('Unique, compared exactly after trimming; a cancelled event keeps its name', {
    min: 1,
    max: MAX_NAME_CHARACTERS,
    example: 'Midsummer Concert',
  })
  event_name!: string;

  @WholeNumber('Total number of tickets', { min: 1, max: MAX_TICKETS, example: 2 })
  total_tickets!: number;

  @Optional()
  @WholeNumberOrNull('Most tickets that a person may hold and wait for in total; null for no cap', {
    min: 1,
    max: MAX_QUANTITY,
    example: null,
  })
  max_tickets_per_user?: number | null;

  @Optional()
  @WholeNumber('Accepted only if equal to `total_tickets`', {
    min: 1,
    max: MAX_TICKETS,
    example: 2,
  })
  available_tickets?: number;

  @Optional()
  @OneOf('Accepted only as `active`, the status of a new event', ['active'])
  status?: 'active';

  faults(): FieldFault[] {
    return this.available_tickets !== undefined && this.available_tickets !== this.total_tickets
      ? [{ field: 'available_tickets', message: 'available_tickets must equal total_tickets' }]
      : this.windowFaults();
  }
}

@Examples({
  'Rename the event': { event_name: 'Midsummer Night Concert' },
  'Add one ticket': { total_tickets: 3 },
  'Remove the cap per person': { max_tickets_per_user: null },
  'Start the sale on a date': { sale_starts_at: '2026-12-01T10:00:00+01:00' },
})
export class UpdateEventBody extends EventTimes implements SelfChecking {
  @Optional()
  @Text('The new name', { min: 1, max: MAX_NAME_CHARACTERS, example: 'Midsummer Night Concert' })
  event_name?: string;

  @Optional()
  @WholeNumber('New total number of tickets; added tickets go to the waitlist first', {
    min: 1,
    max: MAX_TICKETS,
    example: 3,
  })
  total_tickets?: number;

  @Optional()
  @WholeNumberOrNull('New cap, or null for none; existing tickets and waitlist entries stay', {
    min: 1,
    max: MAX_QUANTITY,
    example: 4,
  })
  max_tickets_per_user?: number | null;

  faults(): FieldFault[] {
    return Object.values(this).every((value) => value === undefined)
      ? [
          {
            field: 'event_name',
            message: 'At least one field must be given, for example event_name or total_tickets',
          },
        ]
      : this.windowFaults();
  }
}

export class UpdateEventQuery {
  @Optional()
  @FlagFromText('Show what would happen without changing anything')
  dry_run?: boolean;
}

export class ListEventsQuery extends PageQuery {
  @Optional()
  @OneOf('Only events with this status', EVENT_STATUSES)
  status?: EventStatusName;
}

export class EventDto {
  @Id('Event id')
  id!: number;

  @Text('Name of the event', { min: 1, max: MAX_NAME_CHARACTERS, example: 'Midsummer Concert' })
  event_name!: string;

  @WholeNumber('Total number of tickets', { min: 1, max: MAX_TICKETS, example: 2 })
  total_tickets!: number;

  @WholeNumber('Available tickets; 0 while anyone waits', {
    min: 0,
    max: MAX_TICKETS,
    example: 2,
  })
  available_tickets!: number;

  @OneOf('Status; `cancelled` is final', EVENT_STATUSES)
  status!: EventStatusName;

  @IdOrNull('Account id of the organizer; null after that account is deleted')
  organizer_id!: number | null;

  @WholeNumberOrNull('Most tickets that a person may hold and wait for in total; null for no cap', {
    min: 1,
    max: MAX_QUANTITY,
    example: null,
  })
  max_tickets_per_user!: number | null;

  @MomentOrNull('When the event begins', '2026-12-24T19:00:00.000Z')
  starts_at!: string | null;

  @MomentOrNull('The first moment of the sale; null if it has no start', null)
  sale_starts_at!: string | null;

  @MomentOrNull('The first moment after the sale; null if it has no end', null)
  sale_ends_at!: string | null;

  @OneOf('Whether tickets can be booked now', SALE_STATUSES, 'on_sale')
  sale_status!: SaleStatusName;

  @FlatObjectOrNull('What clients keep with the event', {
    maxBytes: MAX_METADATA_BYTES,
    example: METADATA_EXAMPLE,
  })
  metadata!: Metadata | null;

  @WholeNumber('Increases by one with each change of the event, its tickets or its queue', {
    min: 0,
    max: MAX_COUNT,
    example: 0,
  })
  version!: number;

  @Timestamp('When it was created')
  createdAt!: string;

  @Timestamp('When it was last changed')
  updatedAt!: string;
}

export class EventStatusDto extends EventDto {
  @WholeNumber('People waiting', { min: 0, max: MAX_COUNT, example: 0 })
  waitlist_count!: number;

  @WholeNumber('Tickets that they want in total', { min: 0, max: MAX_COUNT, example: 0 })
  waitlist_tickets!: number;
}

export class PromotionDto {
  @Id('Account id of the person who gets tickets')
  user_id!: number;

  @WholeNumber('Number of tickets', { min: 1, max: MAX_QUANTITY, example: 1 })
  quantity!: number;

  @WholeNumber('Tickets that the person still waits for', { min: 0, max: MAX_QUANTITY, example: 0 })
  still_wanted!: number;
}

/** The event as it is; after a dry run, as it would be. */
export class UpdatedEventDto extends EventDto {
  @Optional()
  @Flag('Only in a dry run', true)
  dry_run?: boolean;

  @Optional()
  @ListOf('Only in a dry run: who would get how many tickets, the first 1,000', () => PromotionDto)
  promotions?: PromotionDto[];

  @Optional()
  @WholeNumber('Only in a dry run: tickets that would go to people on the waitlist', {
    min: 0,
    max: MAX_TICKETS,
    example: 1,
  })
  promoted_tickets?: number;
}

export class AvailabilityDto {
  @Id('Event id')
  event_id!: number;

  @OneOf('Status of the event', EVENT_STATUSES)
  status!: EventStatusName;

  @OneOf('Whether tickets can be booked now', SALE_STATUSES, 'on_sale')
  sale_status!: SaleStatusName;

  @WholeNumber('Total number of tickets', { min: 1, max: MAX_TICKETS, example: 2 })
  total_tickets!: number;

  @WholeNumber('Available tickets', { min: 0, max: MAX_TICKETS, example: 2 })
  available_tickets!: number;

  @WholeNumber('Version of the event that this state belongs to', {
    min: 0,
    max: MAX_COUNT,
    example: 0,
  })
  version!: number;
}
