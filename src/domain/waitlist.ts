/** Joining the queue, leaving it, and changing an entry's quantity or priority. */
import type {
  JoinWaitlist,
  LeaveWaitlist,
  LowerWaitlistQuantity,
  PrioritizeEntry,
} from './commands';
import { accept, refuse, type Decision } from './decision';
import type { EventInventory } from './event-inventory';
import { DEFAULT_PRIORITY, type WaitlistEntry } from './inventory-state';
import { refusal, type WaitlistEntryChanged } from './outcomes';
import { hasRight, mayUseEntry } from './rights';
import { refuseMissingUsers, refuseOverCap } from './rules';

/**
 * Puts a person at the end of the queue of a sold-out event. Refuses a person who has no account,
 * who would exceed the cap, or who already waits.
 */
export function joinWaitlist(inventory: EventInventory, command: JoinWaitlist): Decision {
  const { userId, requestedBy, quantity } = command;
  const problem =
    refuseMissingUsers(inventory, [userId]) ??
    refuseOverCap(inventory, [{ userId, asked: quantity }]);
  if (problem) return refuse(inventory, problem);
  if (inventory.stock > 0) {
    return refuse(
      inventory,
      refusal('TICKETS_AVAILABLE', 'Tickets are available: book them with POST /api/tickets/book'),
    );
  }
  if (inventory.entryOf(userId)) {
    return refuse(
      inventory,
      refusal('ALREADY_WAITLISTED', 'Already on the waitlist of this event'),
    );
  }
  const entry: WaitlistEntry = {
    entryId: null,
    userId,
    requestedBy,
    quantity,
    priority: DEFAULT_PRIORITY,
    queueNo: inventory.event.nextQueueNo,
    createdAt: inventory.now,
    updatedAt: inventory.now,
  };
  return accept(inventory, { changes: [{ type: 'entry-added', entry }] }, (after) => ({
    refused: false,
    eventId: inventory.event.id,
    kind: 'join',
    entry,
    position: after.waitlistCount,
  }));
}

/** A lower quantity keeps the position. To raise it, leave and join again. */
export function lowerQuantity(
  inventory: EventInventory,
  { userId, quantity }: LowerWaitlistQuantity,
): Decision {
  const entry = inventory.entryOf(userId);
  if (!entry) return refuseNotWaiting(inventory);
  if (quantity > entry.quantity) {
    return refuse(
      inventory,
      refusal(
        'VALIDATION_FAILED',
        `The entry waits for ${String(entry.quantity)} tickets: this can be lowered, not raised`,
        'quantity',
      ),
    );
  }
  return changeEntry(inventory, 'lower', entry, { quantity });
}

/** Removes an entry from the queue; the entries behind it move up. */
export function leaveWaitlist(
  inventory: EventInventory,
  { userId, actor }: LeaveWaitlist,
): Decision {
  if (!mayUseEntry(actor, userId, inventory.staffed)) {
    return refuse(
      inventory,
      refusal('FORBIDDEN', "You may not remove this person's waitlist entry"),
    );
  }
  const entry = inventory.entryOf(userId);
  if (!entry) return refuseNotWaiting(inventory);
  return accept(inventory, { changes: [{ type: 'entry-removed', entry }] }, () => ({
    refused: false,
    eventId: inventory.event.id,
    kind: 'leave',
  }));
}

/** The queue number stays, so an entry's old priority restores its old position. */
export function prioritizeEntry(
  inventory: EventInventory,
  { entryId, priority, actor }: PrioritizeEntry,
): Decision {
  const entry = inventory.entryById(entryId);
  if (!entry) return refuseNotWaiting(inventory);
  if (!hasRight(actor, inventory.staffed, 'waitlist')) {
    return refuse(inventory, refusal('FORBIDDEN', "You may not manage this event's waitlist"));
  }
  return changeEntry(inventory, 'prioritize', entry, { priority });
}

function changeEntry(
  inventory: EventInventory,
  kind: WaitlistEntryChanged['kind'],
  before: WaitlistEntry,
  patch: Partial<Pick<WaitlistEntry, 'quantity' | 'priority'>>,
): Decision {
  const entry = { ...before, ...patch };
  const isSame = entry.quantity === before.quantity && entry.priority === before.priority;
  if (isSame) {
    return accept(inventory, { changes: [] }, () => ({
      refused: false,
      eventId: inventory.event.id,
      kind,
      entry: before,
      position: null,
    }));
  }
  const changed = { ...entry, updatedAt: inventory.now };
  return accept(
    inventory,
    { changes: [{ type: 'entry-changed', before, entry: changed }] },
    () => ({ refused: false, eventId: inventory.event.id, kind, entry: changed, position: null }),
  );
}

function refuseNotWaiting(inventory: EventInventory): Decision {
  return refuse(
    inventory,
    refusal('WAITLIST_ENTRY_NOT_FOUND', 'Not on the waitlist of this event'),
  );
}
