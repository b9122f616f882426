/**
 * The commands on one event's inventory. A command says who wants what; `decide.ts` decides whether
 * they get it.
 */
import type { EventSettings } from './inventory-state';
import type { Actor } from './rights';

/**
 * What to do if there are fewer tickets than asked for: `wait` for the rest, `take` what there is, or
 * `refuse` to book any.
 */
export type IfShort = 'wait' | 'take' | 'refuse';

/** Tickets for one person, and one for each of their guests. */
export interface BookTickets {
  readonly kind: 'book';
  readonly bookedBy: number;
  /** The person who books, or the person an admin books for. */
  readonly userId: number;
  /** People who get one ticket each. Distinct, and none of them is `userId`. */
  readonly additionalUsers: readonly number[];
  /** Total tickets: at least one for each additional user, the rest for `userId`. */
  readonly quantity: number;
  /** `wait` if it is left out. */
  readonly ifShort?: IfShort | undefined;
}

/** Cancels tickets that one person holds: all of them, or the `quantity` most recently issued. */
export interface CancelHeldTickets {
  readonly kind: 'cancel-held';
  readonly holderId: number;
  readonly quantity: number | null;
}

/** Cancels the tickets with these booking ids: all of them or none. */
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

/** Lowers the number of tickets waited for; the position in the queue stays. */
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

/** Changes to the event itself. An undefined field stays as it is. */
export interface UpdateEvent extends Partial<EventSettings> {
  readonly kind: 'update-event';
  readonly actor: Actor;
}

export interface CancelEvent {
  readonly kind: 'cancel-event';
  readonly actor: Actor;
}

/** Cancels the tickets of a deleted account and removes its waitlist entry. */
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
