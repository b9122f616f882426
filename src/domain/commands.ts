/**
 * What can be asked of one event's inventory. A command says who wants what; whether they get it is
 * decided in `decide.ts`.
 */
import type { Actor } from './rights';

/** Tickets for one person, and one for each of their guests. */
export interface BookTickets {
  readonly kind: 'book';
  readonly bookedBy: number;
  /** The person who books, or for whom an admin books. */
  readonly userId: number;
  /** People who get one ticket each. Distinct, and none of them is `userId`. */
  readonly additionalUsers: readonly number[];
  /** Tickets in all: at least one for each additional user, the rest for `userId`. */
  readonly quantity: number;
}

/** Gives back tickets that one person holds: all of them, or the `quantity` given out last. */
export interface CancelHeldTickets {
  readonly kind: 'cancel-held';
  readonly holderId: number;
  readonly quantity: number | null;
}

/** Gives back the tickets with these booking ids, all of them or none. */
export interface CancelBookings {
  readonly kind: 'cancel-bookings';
  readonly bookingIds: readonly number[];
  readonly actor: Actor;
}

export interface JoinWaitlist {
  readonly kind: 'join';
  readonly userId: number;
  readonly requestedBy: number;
  readonly quantity: number;
}

/** Wants fewer tickets than before; the place in the queue stays. */
export interface LowerWaitlistQuantity {
  readonly kind: 'lower';
  readonly userId: number;
  readonly quantity: number;
}

export interface LeaveWaitlist {
  readonly kind: 'leave';
  readonly userId: number;
  readonly actor: Actor;
}

export interface PrioritizeEntry {
  readonly kind: 'prioritize';
  readonly entryId: number;
  readonly priority: number;
  readonly actor: Actor;
}

/** Changes to the event itself; what is undefined stays as it is. */
export interface UpdateEvent {
  readonly kind: 'update-event';
  readonly name?: string;
  readonly totalTickets?: number;
  readonly maxTicketsPerUser?: number | null;
  readonly actor: Actor;
}

export interface CancelEvent {
  readonly kind: 'cancel-event';
  readonly actor: Actor;
}

/** A person's account goes: their tickets go back, their place in the queue goes. */
export interface DeleteAccount {
  readonly kind: 'delete-account';
  readonly userId: number;
}

export type Command =
  | BookTickets
  | CancelHeldTickets
  | CancelBookings
  | JoinWaitlist
  | LowerWaitlistQuantity
  | LeaveWaitlist
  | PrioritizeEntry
  | UpdateEvent
  | CancelEvent
  | DeleteAccount;

export type CommandKind = Command['kind'];
