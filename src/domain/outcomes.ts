/**
 * The outcome of a command. Refusals are ordinary values: in a batch of commands, one refusal must
 * not affect the others.
 */
import type { CommandKind } from './commands';
import type { EventFacts, Ticket, WaitlistEntry } from './inventory-state';

export type RefusalCode =
  | 'EVENT_NOT_FOUND'
  | 'EVENT_CANCELLED'
  | 'USER_NOT_FOUND'
  | 'BOOKING_NOT_FOUND'
  | 'WAITLIST_ENTRY_NOT_FOUND'
  | 'FORBIDDEN'
  | 'BOOKING_ALREADY_CANCELLED'
  | 'TICKET_LIMIT_REACHED'
  | 'TICKETS_AVAILABLE'
  | 'ALREADY_WAITLISTED'
  | 'CAPACITY_BELOW_BOOKED'
  | 'EVENT_NAME_TAKEN'
  | 'VALIDATION_FAILED'
  | 'IDEMPOTENCY_KEY_REUSED';

export interface Refusal {
  readonly refused: true;
  readonly code: RefusalCode;
  readonly message: string;
  /** The invalid input field, if there is one. */
  readonly field?: string;
}

export interface WaitlistPosition {
  readonly userId: number;
  readonly quantity: number;
  /** Counts from 1. */
  readonly position: number;
}

/** A waiting person gets tickets; `stillWanted` is the quantity that their entry keeps. */
export interface Promotion {
  readonly userId: number;
  readonly quantity: number;
  readonly stillWanted: number;
}

interface Accepted {
  readonly refused: false;
  readonly eventId: number;
}

export interface TicketsBooked extends Accepted {
  readonly kind: 'book';
  readonly outcome: 'booked' | 'partially_booked' | 'waitlisted';
  readonly tickets: readonly Ticket[];
  readonly waitlisted: readonly WaitlistPosition[];
  readonly availableTickets: number;
  readonly version: number;
}

export interface TicketsCancelled extends Accepted {
  readonly kind: 'cancel-held' | 'cancel-bookings';
  readonly tickets: readonly Ticket[];
  /** Tickets that went to people on the waitlist. */
  readonly reassigned: number;
  readonly availableTickets: number;
  readonly version: number;
}

export interface WaitlistJoined extends Accepted {
  readonly kind: 'join';
  readonly entry: WaitlistEntry;
  readonly position: number;
}

/** The entry after the change. Its position is read separately, not decided. */
export interface WaitlistEntryChanged extends Accepted {
  readonly kind: 'lower' | 'prioritize';
  readonly entry: WaitlistEntry;
}

export interface WaitlistLeft extends Accepted {
  readonly kind: 'leave';
}

export interface EventUpdated extends Accepted {
  readonly kind: 'update-event' | 'cancel-event';
  readonly event: EventFacts;
  readonly promotions: readonly Promotion[];
}

export interface AccountDeleted extends Accepted {
  readonly kind: 'delete-account';
}

export type Acceptance =
  | TicketsBooked
  | TicketsCancelled
  | WaitlistJoined
  | WaitlistEntryChanged
  | WaitlistLeft
  | EventUpdated
  | AccountDeleted;

export type Outcome = Acceptance | Refusal;

type WithKind<A, Kind> = A extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? A
    : never
  : never;

/** The outcome of an accepted command of this kind. */
export type AcceptanceOf<Kind extends CommandKind> = WithKind<Acceptance, Kind>;

/** @param field the request field that caused the refusal, if there is one */
export function refusal(code: RefusalCode, message: string, field?: string): Refusal {
  return field === undefined
    ? { refused: true, code, message }
    : { refused: true, code, message, field };
}
