/**
 * The outcome of a command. Refusals are ordinary values: in a batch of commands, one refusal must
 * not affect the others.
 */
import type { CommandKind } from './commands';
import type { EventSnapshot, Ticket, WaitlistEntry } from './inventory-state';

export type RefusalCode =
  | 'EVENT_NOT_FOUND'
  | 'EVENT_CANCELLED'
  | 'SALE_NOT_STARTED'
  | 'SALE_ENDED'
  | 'USER_NOT_FOUND'
  | 'BOOKING_NOT_FOUND'
  | 'WAITLIST_ENTRY_NOT_FOUND'
  | 'FORBIDDEN'
  | 'BOOKING_ALREADY_CANCELLED'
  | 'TICKET_LIMIT_REACHED'
  | 'NOT_ENOUGH_TICKETS'
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
  /** What the sender needs to know of the event to go on. */
  readonly fact?: { readonly field: string; readonly value: string };
  /** When it is worth asking again, if that is known. */
  readonly retryAfterSeconds?: number;
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
  /** The tickets given back; of very many, the first ones. */
  readonly tickets: readonly Ticket[];
  /** How many were given back. */
  readonly count: number;
  /** Tickets that found a new holder. */
  readonly reassigned: number;
  /** People whose own waiting ended by it, because there is stock now. */
  readonly endedEntries: readonly number[];
  readonly availableTickets: number;
  readonly version: number;
}

export interface WaitlistJoined extends Accepted {
  readonly kind: 'join';
  readonly entry: WaitlistEntry;
  readonly position: number;
}

export interface WaitlistEntryChanged extends Accepted {
  readonly kind: 'lower' | 'prioritize';
  readonly entry: WaitlistEntry;
  /** Counts from 1. Null until the queue is written: it depends on entries that were not loaded. */
  readonly position: number | null;
}

export interface WaitlistLeft extends Accepted {
  readonly kind: 'leave';
}

export interface EventUpdated extends Accepted {
  readonly kind: 'update-event' | 'cancel-event';
  readonly event: EventSnapshot;
  /** Who moved up from the waitlist; of very many, the first ones. */
  readonly promotions: readonly Promotion[];
  readonly promotedTickets: number;
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
