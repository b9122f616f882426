/** Commands on the event itself, and the effect of an account's deletion on it. */
import type { Change } from './changes';
import type { CancelEvent, DeleteAccount, UpdateEvent } from './commands';
import { cancelledAt } from './cancel-tickets';
import { accept, refuse, type Decision } from './decision';
import type { EventInventory } from './event-inventory';
import type { EventSettings } from './inventory-state';
import { refusal } from './outcomes';
import { promote } from './promote';
import { hasRight, type Actor } from './rights';

/**
 * Changes what is decided about the event. Added tickets go to the waitlist first. A lower cap takes
 * no tickets away, nor does a sale window that they would not have been booked in.
 */
export function updateEvent(inventory: EventInventory, command: UpdateEvent): Decision {
  const { event } = inventory;
  const settings = settingsAfter(event, command);
  if (!mayChange(inventory, command.actor, settings)) {
    return refuse(inventory, refusal('FORBIDDEN', 'You may not change this of this event'));
  }
  const { name, totalTickets, saleStartsAt, saleEndsAt } = settings;
  const booked = event.totalTickets - event.availableTickets;
  if (totalTickets < booked) {
    return refuse(
      inventory,
      refusal(
        'CAPACITY_BELOW_BOOKED',
        `${String(booked)} tickets are booked: the event can't have ${String(totalTickets)}`,
        'total_tickets',
      ),
    );
  }
  if (name !== event.name && inventory.takenNames.has(name)) {
    return refuse(
      inventory,
      refusal('EVENT_NAME_TAKEN', 'Another event already has this name', 'event_name'),
    );
  }
  if (saleStartsAt !== null && saleEndsAt !== null && saleStartsAt >= saleEndsAt) {
    const field = command.saleEndsAt ? 'sale_ends_at' : 'sale_starts_at';
    return refuse(
      inventory,
      refusal('VALIDATION_FAILED', 'sale_starts_at must be before sale_ends_at', field),
    );
  }
  const changes: Change[] = isSame(event, settings) ? [] : [{ type: 'event-updated', settings }];
  const moved = promote(inventory, Math.max(0, totalTickets - event.totalTickets));
  return accept(
    inventory,
    {
      changes: [...changes, ...moved.changes],
      promotions: moved.promotions,
    },
    (after) => ({
      refused: false,
      eventId: inventory.event.id,
      kind: 'update-event',
      event: { ...after, asOf: inventory.now },
      promotions: moved.promotions,
      promotedTickets: moved.tickets,
    }),
  );
}

/** Needs the right of each setting that changes; where none does, either right. */
function mayChange(
  { event, staffed }: EventInventory,
  actor: Actor,
  after: EventSettings,
): boolean {
  const isResized = after.totalTickets !== event.totalTickets;
  const isOtherwiseSame = isSame(event, { ...after, totalTickets: event.totalTickets });
  const [mayResize, mayUpdate] = [
    hasRight(actor, staffed, 'capacity'),
    hasRight(actor, staffed, 'update'),
  ];
  if (isOtherwiseSame) return mayResize || (!isResized && mayUpdate);
  return mayUpdate && (mayResize || !isResized);
}

/** A field that the command leaves out stays as it is. */
function settingsAfter(
  event: EventSettings,
  {
    name = event.name,
    totalTickets = event.totalTickets,
    maxTicketsPerUser = event.maxTicketsPerUser,
    startsAt = event.startsAt,
    saleStartsAt = event.saleStartsAt,
    saleEndsAt = event.saleEndsAt,
    metadata = event.metadata,
  }: Partial<EventSettings>,
): EventSettings {
  return { name, totalTickets, maxTicketsPerUser, startsAt, saleStartsAt, saleEndsAt, metadata };
}

function isSame(before: EventSettings, after: EventSettings): boolean {
  return (Object.keys(after) as (keyof EventSettings)[]).every(
    (name) => plain(before[name]) === plain(after[name]),
  );
}

/** Two dates of the same moment are different objects. */
function plain(value: EventSettings[keyof EventSettings]): string | number | null {
  return value instanceof Date ? value.getTime() : value;
}

/** Cancels the event, all its tickets and its waitlist. */
export function cancelEvent(inventory: EventInventory, { actor }: CancelEvent): Decision {
  if (!hasRight(actor, inventory.staffed, 'cancel')) {
    return refuse(inventory, refusal('FORBIDDEN', 'You may not manage this event'));
  }
  return accept(inventory, { changes: [{ type: 'event-cancelled' }] }, (after) => ({
    refused: false,
    eventId: inventory.event.id,
    kind: 'cancel-event',
    event: { ...after, asOf: inventory.now },
    promotions: [],
    promotedTickets: 0,
  }));
}

/** Removes the person's own entry first, so that none of their tickets goes back to them. */
export function deleteAccount(inventory: EventInventory, { userId }: DeleteAccount): Decision {
  const entry = inventory.entryOf(userId);
  const cancelled = inventory
    .ticketsHeldBy(userId)
    .map((ticket) => cancelledAt(ticket, inventory.now));
  const moved = promote(inventory, cancelled.length, new Set([userId]));
  const changes: Change[] = [
    ...(entry ? [{ type: 'entry-removed', entry } as const] : []),
    ...cancelled.map((ticket): Change => ({ type: 'ticket-cancelled', ticket })),
    ...moved.changes,
  ];
  return accept(inventory, { changes, promotions: moved.promotions }, () => ({
    refused: false,
    eventId: inventory.event.id,
    kind: 'delete-account',
  }));
}
