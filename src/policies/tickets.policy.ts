import { mayManageEvent } from './events.policy';
import type { Actor } from './permissions';

interface TicketParties {
  readonly holderId: number;
  readonly bookedBy: number;
}

/** A ticket concerns who holds it, who booked it, the event's organizer and the admins. */
export function mayUseTicket(
  actor: Actor,
  ticket: TicketParties,
  event: { readonly organizerId: number | null },
): boolean {
  return (
    actor.id === ticket.holderId || actor.id === ticket.bookedBy || mayManageEvent(actor, event)
  );
}
