/** Rules that several commands share. Each answers with the refusal, or undefined where it holds. */
import type { EventInventory } from './event-inventory';
import { refusal, type Refusal } from './outcomes';

/** Whoever is to get tickets, or a place in the queue, has an account. */
export function refuseMissingUsers(
  inventory: EventInventory,
  userIds: readonly number[],
): Refusal | undefined {
  const missing = userIds.filter((userId) => inventory.missingUsers.has(userId));
  if (missing.length === 0) return undefined;
  return refusal('USER_NOT_FOUND', `No such user: ${missing.join(', ')}`);
}

/**
 * The event's cap counts what a person holds, waits for and asks for together, whoever asks. What
 * was held before the cap was lowered is not taken away, but nothing is added to it.
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
        `At most ${String(cap)} tickets a person for this event: user ${String(userId)} has ` +
          `${String(held)}, waits for ${String(waitedFor)} and would get ${String(asked)} more`,
      );
    }
  }
  return undefined;
}
