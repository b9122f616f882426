import { STATUS_OF, type ErrorCode } from '../errors/error-codes';
import {
  FromText,
  Id,
  ListOf,
  OneOf,
  Opaque,
  Optional,
  TextOrNull,
  WholeNumber,
  Words,
} from './fields';

/** Tickets of one event, at the most. */
export const MAX_TICKETS = 1_000_000;
/** Of an event's name. */
export const MAX_NAME_CHARACTERS = 255;

const DEFAULT_PAGE_ROWS = 20;
const MAX_PAGE_ROWS = 100;

/** No fields at all: where nothing may be sent. */
export class Nothing {}

export class PageQuery {
  @Optional()
  @FromText()
  @WholeNumber('Rows in one answer', {
    min: 1,
    max: MAX_PAGE_ROWS,
    default: DEFAULT_PAGE_ROWS,
    example: DEFAULT_PAGE_ROWS,
  })
  limit: number = DEFAULT_PAGE_ROWS;

  @Optional()
  @Opaque('`meta.next` of the page before, passed back unchanged', 'WzIwXQ')
  after?: string;
}

export class PageMeta {
  @WholeNumber('Rows asked for', { min: 1, max: MAX_PAGE_ROWS, example: DEFAULT_PAGE_ROWS })
  limit!: number;

  @TextOrNull('Pass it back as `after` for the next page; null on the last one', 'WzIwXQ')
  next!: string | null;
}

export class FieldFaultDto {
  @Words('The field at fault', 'quantity')
  field!: string;

  @Words('What is wrong with it', 'quantity must not be less than 1')
  message!: string;
}

/** Every answer that is not a success. */
export class ErrorDto {
  @WholeNumber('The HTTP status', { min: 400, max: 599, example: 409 })
  statusCode!: number;

  @OneOf('What went wrong, for programs; stable', Object.keys(STATUS_OF), 'ALREADY_WAITLISTED')
  code!: ErrorCode;

  @Words('What went wrong, for people', 'Already on the waitlist of this event')
  message!: string;

  @Optional()
  @ListOf('The fields at fault, where there are any', () => FieldFaultDto)
  details?: FieldFaultDto[];

  @Opaque('Names this request in the logs', '0b8f4f3e-9a55-4b43-8f0a-5b1a2f0b7f1d')
  requestId!: string;
}

export class EventParams {
  @FromText()
  @Id('The event')
  event_id!: number;
}

export class UserParams {
  @FromText()
  @Id('The account')
  id!: number;
}

export class BookingParams {
  @FromText()
  @Id('The booking')
  booking_id!: number;
}

export class EntryParams {
  @FromText()
  @Id('The waitlist entry')
  entry_id!: number;
}
