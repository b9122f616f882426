import { ERROR_CODES, type ErrorCode } from '../errors/error-codes';
import {
  Cursor,
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

/** The most tickets that one event can have. */
export const MAX_TICKETS = 1_000_000;
/** Of an event's name. */
export const MAX_NAME_CHARACTERS = 255;

const DEFAULT_PAGE_ROWS = 20;
const MAX_PAGE_ROWS = 100;

/** No fields, for requests that take no input. */
export class Nothing {}

export class PageQuery {
  @Optional()
  @FromText()
  @WholeNumber('Rows per page', {
    min: 1,
    max: MAX_PAGE_ROWS,
    default: DEFAULT_PAGE_ROWS,
    example: DEFAULT_PAGE_ROWS,
  })
  limit: number = DEFAULT_PAGE_ROWS;

  @Optional()
  @Cursor('`meta.next` of the previous page, unchanged; empty for the first page')
  after?: string;
}

export class PageMeta {
  @WholeNumber('Rows per page', { min: 1, max: MAX_PAGE_ROWS, example: DEFAULT_PAGE_ROWS })
  limit!: number;

  @TextOrNull('Pass it back as `after` for the next page; null on the last page', 'WzIwXQ')
  next!: string | null;
}

export class FieldFaultDto {
  @Words('The invalid field', 'quantity')
  field!: string;

  @Words('What is wrong with it', 'quantity must not be less than 1')
  message!: string;
}

/** The body of every error response. */
export class ErrorDto {
  @WholeNumber('The HTTP status', { min: 400, max: 599, example: 409 })
  statusCode!: number;

  @OneOf('Stable error code, for programs', Object.keys(ERROR_CODES), 'ALREADY_WAITLISTED')
  code!: ErrorCode;

  @Words('What went wrong in this request, for people', 'Already on the waitlist of this event')
  message!: string;

  @Optional()
  @ListOf('The invalid fields, if there are any', () => FieldFaultDto)
  details?: FieldFaultDto[];

  @Opaque('Identifies this request in the logs', '0b8f4f3e-9a55-4b43-8f0a-5b1a2f0b7f1d')
  requestId!: string;
}

export class EventParams {
  @FromText()
  @Id('Event id')
  event_id!: number;
}

export class UserParams {
  @FromText()
  @Id('Account id')
  id!: number;
}

export class BookingParams {
  @FromText()
  @Id('Booking id')
  booking_id!: number;
}

export class EntryParams {
  @FromText()
  @Id('Waitlist entry id')
  entry_id!: number;
}
