/** Commands on the event itself, and the effect of an account's deletion on it. */
import type { Change } from './changes';
import type { CancelEvent, DeleteAccount, UpdateEvent } from './commands';
import { cancelledAt } from './cancel-tickets';
import { accept, refuse, type Decision } from './decision';
import type { EventInventory } from './event-inventory';
import { refusal } from './outcomes';
import { promote } from './promote';
import { mayManageEvent } from './rights';

/**
 * Changes name, size and cap. Added tickets go to the waitlist first. A lower cap takes no tickets
 * away. Name and cap affect neither tickets nor queue, so they do not change the version.
 */
export function updateEvent(inventory: EventInventory, command: UpdateEvent): Decision {
  const { event } = inventory;
  if (!mayManageEvent(command.actor, event)) {
    return refuse(inventory, refusal('FORBIDDEN', 'You may not manage this event'));
  }
  const {
    name = event.name,
    totalTickets = event.totalTickets,
    maxTicketsPerUser = event.maxTicketsPerUser,
  } = command;
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
  const changes: Change[] = [];
  const isResized = totalTickets !== event.totalTickets;
  if (isResized || name !== event.name || maxTicketsPerUser !== event.maxTicketsPerUser) {
    changes.push({ type: 'event-updated', name, totalTickets, maxTicketsPerUser });
  }
  const moved = promote(inventory, Math.max(0, totalTickets - event.totalTickets));
  return accept(
    inventory,
    {
      changes: [...changes, ...moved.changes],
      promotions: moved.promotions,
      advancesVersion: isResized,
    },
    (after) => ({
      refused: false,
      eventId: inventory.event.id,
      kind: 'update-event',
      event: after,
      promotions: moved.promotions,
      promotedTickets: moved.tickets,
    }),
  );
}

/** Cancels the event, all its tickets and its waitlist. */
export function cancelEvent(inventory: EventInventory, { actor }: CancelEvent): Decision {
  if (!mayManageEvent(actor, inventory.event)) {
    return refuse(inventory, refusal('FORBIDDEN', 'You may not manage this event'));
  }
  return accept(inventory, { changes: [{ type: 'event-cancelled' }] }, (after) => ({
    refused: false,
    eventId: inventory.event.id,
    kind: 'cancel-event',
    event: after,
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
