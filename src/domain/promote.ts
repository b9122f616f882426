import type { Change } from './changes';
import type { EventInventory } from './event-inventory';
import type { Ticket, WaitlistEntry } from './inventory-state';
import type { Promotion } from './outcomes';

export interface Promotions {
  readonly changes: readonly Change[];
  readonly promotions: readonly Promotion[];
  /** Tickets given out. */
  readonly tickets: number;
  /** Freed tickets that found nobody who may have them. */
  readonly left: number;
  /** Entries that got nothing because the freed tickets were theirs, as far as they were reached. */
  readonly passedOver: readonly WaitlistEntry[];
}

/**
 * Issues freed tickets to the queue in order. An entry that wants more than is left takes what is
 * available, keeps its position and waits for the rest.
 *
 * @param freed tickets to give out
 * @param formerHolders people whose tickets these were: they are passed over and keep their places
 */
export function promote(
  inventory: EventInventory,
  freed: number,
  formerHolders: ReadonlySet<number> = new Set(),
): Promotions {
  const changes: Change[] = [];
  const promotions: Promotion[] = [];
  const passedOver: WaitlistEntry[] = [];
  let left = freed;
  if (left > 0 && inventory.event.waitlistCount > 0) {
    for (const entry of inventory.queue()) {
      if (formerHolders.has(entry.userId)) {
        passedOver.push(entry);
        continue;
      }
      const given = Math.min(left, entry.quantity);
      const firstTicketNo = inventory.event.nextTicketNo + freed - left;
      for (let ticketNo = firstTicketNo; ticketNo < firstTicketNo + given; ticketNo += 1) {
        changes.push({ type: 'ticket-issued', ticket: issueTo(entry, ticketNo, inventory.now) });
      }
      changes.push(served(entry, given, inventory.now));
      promotions.push({
        userId: entry.userId,
        quantity: given,
        stillWanted: entry.quantity - given,
      });
      left -= given;
      if (left === 0) break;
    }
  }
  return { changes, promotions, tickets: freed - left, left, passedOver };
}

function issueTo(entry: WaitlistEntry, ticketNo: number, now: Date): Ticket {
  return {
    bookingId: null,
    ticketNo,
    holderId: entry.userId,
    bookedBy: entry.requestedBy,
    status: 'booked',
    createdAt: now,
    updatedAt: now,
  };
}

function served(entry: WaitlistEntry, given: number, now: Date): Change {
  if (given === entry.quantity) return { type: 'entry-removed', entry };
  const rest = { ...entry, quantity: entry.quantity - given, updatedAt: now };
  return { type: 'entry-changed', before: entry, entry: rest };
}
