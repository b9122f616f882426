/** Rules that several commands share. Each returns a refusal, or undefined if the rule is kept. */
import type { BookTickets } from './commands';
import type { EventInventory } from './event-inventory';
import { refusal, type Refusal } from './outcomes';

/** Everyone who gets tickets or a waitlist entry must have an account. */
export function refuseMissingUsers(
  inventory: EventInventory,
  userIds: readonly number[],
): Refusal | undefined {
  const missing = userIds.filter((userId) => inventory.missingUsers.has(userId));
  if (missing.length === 0) return undefined;
  return refusal('USER_NOT_FOUND', `No such user: ${missing.join(', ')}`);
}

/** Whoever does not want to wait gets no less than one ticket, or than all that they asked for. */
export function refuseIfShort(
  inventory: EventInventory,
  { quantity, ifShort = 'wait' }: BookTickets,
): Refusal | undefined {
  const least = { wait: 0, take: 1, refuse: quantity }[ifShort];
  if (inventory.stock >= least) return undefined;
  const available = String(inventory.stock);
  return {
    refused: true,
    code: 'NOT_ENOUGH_TICKETS',
    message: `${available} tickets are available, and ${String(quantity)} were asked for`,
    fact: { field: 'available_tickets', value: available },
  };
}

/**
 * The event's cap counts what a person holds, waits for and asks for together, no matter who asks.
 * A person who held more before the cap was lowered keeps it, but gets no more.
 */
export function refuseOverCap(
  inventory: EventInventory,
  asks: readonly { readonly userId: number; readonly asked: number }[],
): Refusal | undefined {
  const cap = inventory.event.maxTicketsPerUser;
  if (cap === null) return undefined;
  for (const { userId, asked } of asks) {
    const held = inventory.activeTicketCount(userId);
    const waitedFor = inventory.entryOf(userId)?.quantity ?? 0;
    if (held + waitedFor + asked > cap) {
      return refusal(
        'TICKET_LIMIT_REACHED',
        `At most ${String(cap)} tickets per person for this event: user ${String(userId)} has ` +
          `${String(held)}, waits for ${String(waitedFor)} and would get ${String(asked)} more`,
      );
    }
  }
  return undefined;
}
