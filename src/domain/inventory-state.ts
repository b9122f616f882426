/**
 * The facts on which the domain decides. Plain data: no rows, no ORM, no clock of its own.
 */

export type EventStatus = 'active' | 'cancelled';
export type TicketStatus = 'booked' | 'cancelled';

/** Priority of a new waitlist entry. A higher priority is served first. */
export const DEFAULT_PRIORITY = 0;

/** What those who manage an event decide about it. */
export interface EventSettings {
  readonly name: string;
  readonly totalTickets: number;
  /** Most tickets one person may hold and wait for together; null if there is no cap. */
  readonly maxTicketsPerUser: number | null;
  /** When the event itself begins. Decides nothing. */
  readonly startsAt: Date | null;
  /** The first moment of the sale; null if it began with the event's creation. */
  readonly saleStartsAt: Date | null;
  /** The first moment after the sale; null if it has no end. */
  readonly saleEndsAt: Date | null;
  /** JSON text of what clients keep with the event. Never read here. */
  readonly metadata: string | null;
}

/** What the event row records about the event, its tickets and its queue. */
export interface EventFacts extends EventSettings {
  readonly id: number;
  readonly status: EventStatus;
  readonly organizerId: number | null;
  /** Tickets that nobody holds. Positive only while nobody waits. */
  readonly availableTickets: number;
  /** Grows by one with each command that changes something. */
  readonly version: number;
  readonly nextTicketNo: number;
  readonly nextQueueNo: number;
  /** People on the waitlist. */
  readonly waitlistCount: number;
  /** Tickets they wait for in total. */
  readonly waitlistTickets: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An event as of a moment by the database's clock. */
export interface EventSnapshot extends EventFacts {
  readonly asOf: Date;
}

/** One ticket, held by one person. Once issued, its number is never used again. */
export interface Ticket {
  /** The row's id; null for a ticket that has not been written yet. */
  readonly bookingId: number | null;
  readonly ticketNo: number;
  readonly holderId: number;
  readonly bookedBy: number;
  readonly status: TicketStatus;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One person's entry in an event's queue, and how many tickets they still wait for. */
export interface WaitlistEntry {
  /** The row's id; null for an entry that has not been written yet. */
  readonly entryId: number | null;
  readonly userId: number;
  /** Who requested it; becomes `bookedBy` of the tickets issued for it. */
  readonly requestedBy: number;
  readonly quantity: number;
  readonly priority: number;
  readonly queueNo: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Queue order: higher priority first, then first come. Negative if `a` is served before `b`. */
export function compareQueueOrder(
  a: Pick<WaitlistEntry, 'priority' | 'queueNo'>,
  b: Pick<WaitlistEntry, 'priority' | 'queueNo'>,
): number {
  return b.priority - a.priority || a.queueNo - b.queueNo;
}
