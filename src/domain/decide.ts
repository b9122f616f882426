import { book } from './book';
import { cancelBookings, cancelHeldTickets } from './cancel-tickets';
import type { Command } from './commands';
import { refuse, type Decision } from './decision';
import type { EventInventory } from './event-inventory';
import { cancelEvent, deleteAccount, updateEvent } from './manage-event';
import { refusal } from './outcomes';
import { refuseOutsideSale } from './sale-window';
import { joinWaitlist, leaveWaitlist, lowerQuantity, prioritizeEntry } from './waitlist';

/**
 * Decides one command on an event's inventory. Pure: it changes nothing, and the same inventory and
 * command always give the same decision. `EventInventory.apply` then applies it.
 */
export function decide(inventory: EventInventory, command: Command): Decision {
  if (inventory.event.status === 'cancelled') {
    return refuse(inventory, refusal('EVENT_CANCELLED', 'This event was cancelled'));
  }
  if (command.kind === 'book' || command.kind === 'join') {
    const closed = refuseOutsideSale(inventory.event, inventory.now);
    if (closed) return refuse(inventory, closed);
  }
  switch (command.kind) {
    case 'book':
      return book(inventory, command);
    case 'cancel-held':
      return cancelHeldTickets(inventory, command);
    case 'cancel-bookings':
      return cancelBookings(inventory, command);
    case 'join':
      return joinWaitlist(inventory, command);
    case 'lower':
      return lowerQuantity(inventory, command);
    case 'leave':
      return leaveWaitlist(inventory, command);
    case 'prioritize':
      return prioritizeEntry(inventory, command);
    case 'update-event':
      return updateEvent(inventory, command);
    case 'cancel-event':
      return cancelEvent(inventory, command);
    case 'delete-account':
      return deleteAccount(inventory, command);
  }
}
