import type { Command } from '../../../src/domain/commands';
import { decide } from '../../../src/domain/decide';
import type { Decision } from '../../../src/domain/decision';
import { EventInventory, type LoadedInventory } from '../../../src/domain/event-inventory';
import type { EventFacts, Ticket, WaitlistEntry } from '../../../src/domain/inventory-state';
import type { AcceptanceOf, RefusalCode } from '../../../src/domain/outcomes';
import type { Actor } from '../../../src/domain/rights';

const LONG_AGO = new Date(0);
/** May manage every event. */
export const ADMIN: Actor = { id: 0, role: 'admin' };
/** Has no part in any event. */
export const STRANGER: Actor = { id: 1_000, role: 'user' };
/** The time of all decisions. */
export const NOW = new Date(1_000);

/** An event of ten unbooked tickets; the other counters follow from the given ones. */
export function eventFacts(wish: Partial<EventFacts> = {}): EventFacts {
  return {
    id: 1,
    name: 'Concert',
    status: 'active',
    organizerId: 99,
    totalTickets: 10,
    availableTickets: 10,
    maxTicketsPerUser: null,
    startsAt: null,
    saleStartsAt: null,
    saleEndsAt: null,
    metadata: null,
    version: 0,
    nextTicketNo: 1,
    nextQueueNo: 1,
    waitlistCount: 0,
    waitlistTickets: 0,
    createdAt: LONG_AGO,
    updatedAt: LONG_AGO,
    ...wish,
  };
}

export function ticket(ticketNo: number, holderId: number, wish: Partial<Ticket> = {}): Ticket {
  return {
    bookingId: 100 + ticketNo,
    ticketNo,
    holderId,
    bookedBy: holderId,
    status: 'booked',
    createdAt: LONG_AGO,
    updatedAt: LONG_AGO,
    ...wish,
  };
}

export function entry(
  queueNo: number,
  userId: number,
  wish: Partial<WaitlistEntry> = {},
): WaitlistEntry {
  return {
    entryId: 200 + queueNo,
    userId,
    requestedBy: userId,
    quantity: 1,
    priority: 0,
    queueNo,
    createdAt: LONG_AGO,
    updatedAt: LONG_AGO,
    ...wish,
  };
}

interface World extends Pick<LoadedInventory, 'missingUsers' | 'takenNames'> {
  readonly event?: Partial<EventFacts>;
  readonly tickets?: readonly Ticket[];
  /** In queue order. */
  readonly queue?: readonly WaitlistEntry[];
}

/** An event with these tickets and this queue, fully loaded. */
export function inventoryOf({ event, tickets = [], queue = [], ...rest }: World): EventInventory {
  const held = new Map<number, number>();
  for (const { holderId, status } of tickets) {
    if (status === 'booked') held.set(holderId, (held.get(holderId) ?? 0) + 1);
  }
  const active = tickets.filter(({ status }) => status === 'booked').length;
  const total = event?.totalTickets ?? (queue.length > 0 ? active : 10);
  return new EventInventory({
    event: eventFacts({
      totalTickets: total,
      availableTickets: total - active,
      nextTicketNo: 1 + Math.max(0, ...tickets.map(({ ticketNo }) => ticketNo)),
      nextQueueNo: 1 + Math.max(0, ...queue.map(({ queueNo }) => queueNo)),
      waitlistCount: queue.length,
      waitlistTickets: queue.reduce((sum, { quantity }) => sum + quantity, 0),
      ...event,
    }),
    now: NOW,
    activeTicketCounts: held,
    tickets,
    head: queue,
    ...rest,
  });
}

type Accepted<Kind extends Command['kind']> = Decision & { readonly outcome: AcceptanceOf<Kind> };

/** Decides and applies; fails if the command is refused. */
export function accepted<C extends Command>(
  inventory: EventInventory,
  command: C,
): Accepted<C['kind']> {
  const decision = decide(inventory, command);
  if (decision.outcome.refused) throw new Error(`Refused: ${decision.outcome.message}`);
  inventory.apply(decision);
  // The outcome has the kind of the command; the switch in `decide` loses that type.
  return { ...decision, outcome: decision.outcome } as Decision as Accepted<C['kind']>;
}

/** The code of the refusal; fails if the command is accepted or would change something. */
export function refusalOf(inventory: EventInventory, command: Command): RefusalCode {
  const { outcome, changes, after } = decide(inventory, command);
  if (!outcome.refused) throw new Error('Accepted');
  expect(changes).toEqual([]);
  expect(after).toBe(inventory.event);
  return outcome.code;
}
