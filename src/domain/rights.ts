/** Who may do what to an event, its tickets and its queue. */

export type Role = 'user' | 'organizer' | 'admin';

/** The person behind a command or a request: from the token, never from the body. */
export interface Actor {
  readonly id: number;
  readonly role: Role;
}

/** What is asked of an event here: whose it is. */
interface OwnedEvent {
  readonly organizerId: number | null;
}

interface TicketParties {
  readonly holderId: number;
  readonly bookedBy: number;
}

/** An event is its organizer's and the admins' to manage. */
export function mayManageEvent(actor: Actor, event: OwnedEvent): boolean {
  return actor.role === 'admin' || actor.id === event.organizerId;
}

/** Its holder, the person who booked it, the event's organizer and admins may see and cancel a ticket. */
export function mayUseTicket(actor: Actor, ticket: TicketParties, event: OwnedEvent): boolean {
  return (
    actor.id === ticket.holderId || actor.id === ticket.bookedBy || mayManageEvent(actor, event)
  );
}

/**
 * Everyone sees the queue. Only the person who waits, the event's organizer and admins see the e-mail
 * of an entry and may remove it.
 */
export function mayUseEntry(actor: Actor, userId: number, event: OwnedEvent): boolean {
  return actor.id === userId || mayManageEvent(actor, event);
}
