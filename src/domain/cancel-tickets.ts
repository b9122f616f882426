import type { Change } from './changes';
import type { CancelBookings, CancelHeldTickets } from './commands';
import { accept, refuse, type Decision } from './decision';
import type { EventInventory } from './event-inventory';
import type { Ticket } from './inventory-state';
import { refusal, type TicketsCancelled } from './outcomes';
import { promote } from './promote';
import { mayUseTicket } from './rights';
import { refuseMissingUsers } from './rules';

/** Cancels the tickets that one person holds: all of them, or the most recently issued. */
export function cancelHeldTickets(
  inventory: EventInventory,
  { kind, holderId, quantity }: CancelHeldTickets,
): Decision {
  const missing = refuseMissingUsers(inventory, [holderId]);
  if (missing) return refuse(inventory, missing);
  const held = inventory.ticketsHeldBy(holderId);
  if (held.length === 0) {
    return refuse(inventory, refusal('BOOKING_NOT_FOUND', 'No active ticket for this event'));
  }
  if (quantity !== null && quantity > held.length) {
    return refuse(
      inventory,
      refusal(
        'VALIDATION_FAILED',
        `Can't cancel ${String(quantity)} tickets: only ${String(held.length)} held for this event`,
        'quantity',
      ),
    );
  }
  return cancel(inventory, kind, held.slice(0, quantity ?? held.length));
}

/** Cancels the named tickets: all, or none if one is unknown, forbidden or already cancelled. */
export function cancelBookings(
  inventory: EventInventory,
  { kind, bookingIds, actor }: CancelBookings,
): Decision {
  const tickets: Ticket[] = [];
  for (const bookingId of bookingIds) {
    const ticket = inventory.ticketByBookingId(bookingId);
    if (!ticket) {
      return refuse(
        inventory,
        refusal('BOOKING_NOT_FOUND', `No booking ${String(bookingId)} for this event`),
      );
    }
    tickets.push(ticket);
  }
  const foreign = tickets.find((ticket) => !mayUseTicket(actor, ticket, inventory.staffed));
  if (foreign) {
    return refuse(
      inventory,
      refusal('FORBIDDEN', `You may not cancel booking ${String(foreign.bookingId)}`),
    );
  }
  const gone = tickets.find((ticket) => ticket.status === 'cancelled');
  if (gone) {
    return refuse(
      inventory,
      refusal(
        'BOOKING_ALREADY_CANCELLED',
        `Booking ${String(gone.bookingId)} is already cancelled`,
      ),
    );
  }
  return cancel(inventory, kind, tickets);
}

/**
 * Cancels tickets and gives them to the queue, but never to the people whose tickets they were. If
 * nobody else waits, the rest goes to stock, and then these people's own entries end: nobody waits
 * while there is stock.
 */
function cancel(
  inventory: EventInventory,
  kind: TicketsCancelled['kind'],
  tickets: readonly Ticket[],
): Decision {
  const cancelled = tickets.map((ticket) => cancelledAt(ticket, inventory.now));
  const formerHolders = new Set(cancelled.map(({ holderId }) => holderId));
  const moved = promote(inventory, cancelled.length, formerHolders);
  const ended = moved.left > 0 ? moved.passedOver : [];
  const changes = [
    ...cancelled.map((ticket): Change => ({ type: 'ticket-cancelled', ticket })),
    ...moved.changes,
    ...ended.map((entry): Change => ({ type: 'entry-removed', entry })),
  ];
  return accept(inventory, { changes, promotions: moved.promotions }, (after) => ({
    refused: false,
    eventId: inventory.event.id,
    kind,
    tickets: cancelled,
    count: cancelled.length,
    reassigned: moved.tickets,
    endedEntries: ended.map(({ userId }) => userId),
    availableTickets: after.availableTickets,
    version: after.version,
  }));
}

/** The ticket after its cancellation. It keeps its number and its holder. */
export function cancelledAt(ticket: Ticket, now: Date): Ticket {
  return { ...ticket, status: 'cancelled', updatedAt: now };
}
