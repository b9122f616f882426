/** What a decision changes, in the order in which it happens. */
import type { EventFacts, Ticket, WaitlistEntry } from './inventory-state';

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
  | {
      readonly type: 'event-updated';
      readonly name: string;
      readonly totalTickets: number;
      readonly maxTicketsPerUser: number | null;
    }
  /** Ends the event: every active ticket and every waitlist entry with it. */
  | { readonly type: 'event-cancelled' };

/** What a decision did to an inventory. */
export interface Applied {
  /** In the order in which they happen. */
  readonly changes: readonly Change[];
  /** The event's facts once they are made. */
  readonly after: EventFacts;
}

/**
 * The event's facts after one change. The ledger lives here: a ticket given out takes one from
 * stock, a ticket given back returns one, and a resize moves the stock by what the total moved.
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
        name: change.name,
        totalTickets: change.totalTickets,
        maxTicketsPerUser: change.maxTicketsPerUser,
        availableTickets: event.availableTickets + change.totalTickets - event.totalTickets,
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
