/** The changes a decision makes, in the order in which they happen. */
import type { EventFacts, EventSettings, Ticket, WaitlistEntry } from './inventory-state';

export type Change =
  | { readonly type: 'ticket-issued'; readonly ticket: Ticket }
  | { readonly type: 'ticket-cancelled'; readonly ticket: Ticket }
  | { readonly type: 'entry-added'; readonly entry: WaitlistEntry }
  | {
      readonly type: 'entry-changed';
      readonly before: WaitlistEntry;
      readonly entry: WaitlistEntry;
    }
  | { readonly type: 'entry-removed'; readonly entry: WaitlistEntry }
  | { readonly type: 'event-updated'; readonly settings: EventSettings }
  /** Cancels every active ticket and removes every waitlist entry. */
  | { readonly type: 'event-cancelled' };

/** The effect of a decision on an inventory. */
export interface Applied {
  /** In the order in which they happen. */
  readonly changes: readonly Change[];
  /** The event's facts after the changes. */
  readonly after: EventFacts;
}

/**
 * The event's facts after one change. Keeps the counters: an issued ticket takes one from stock, a
 * cancelled ticket returns one, and a resize changes the stock by as much as the total.
 */
export function applyToFacts(event: EventFacts, change: Change): EventFacts {
  switch (change.type) {
    case 'ticket-issued':
      return {
        ...event,
        availableTickets: event.availableTickets - 1,
        nextTicketNo: change.ticket.ticketNo + 1,
      };
    case 'ticket-cancelled':
      return { ...event, availableTickets: event.availableTickets + 1 };
    case 'entry-added':
      return {
        ...event,
        nextQueueNo: change.entry.queueNo + 1,
        waitlistCount: event.waitlistCount + 1,
        waitlistTickets: event.waitlistTickets + change.entry.quantity,
      };
    case 'entry-changed':
      return {
        ...event,
        waitlistTickets: event.waitlistTickets + change.entry.quantity - change.before.quantity,
      };
    case 'entry-removed':
      return {
        ...event,
        waitlistCount: event.waitlistCount - 1,
        waitlistTickets: event.waitlistTickets - change.entry.quantity,
      };
    case 'event-updated':
      return {
        ...event,
        ...change.settings,
        availableTickets:
          event.availableTickets + change.settings.totalTickets - event.totalTickets,
      };
    case 'event-cancelled':
      return {
        ...event,
        status: 'cancelled',
        availableTickets: 0,
        waitlistCount: 0,
        waitlistTickets: 0,
      };
  }
}
