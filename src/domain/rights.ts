/** Who may do what with an event, its tickets and its queue. */

export type Role = 'user' | 'organizer' | 'admin';

/** The person behind a command or a request. Comes from the token, never from the body. */
export interface Actor {
  readonly id: number;
  readonly role: Role;
}

interface OwnedEvent {
  readonly organizerId: number | null;
}

interface TicketParties {
  readonly holderId: number;
  readonly bookedBy: number;
}

/** The event's organizer and admins may manage an event. */
export function mayManageEvent(actor: Actor, event: OwnedEvent): boolean {
  return actor.role === 'admin' || actor.id === event.organizerId;
}

/** The holder, the booker, the event's organizer and admins may see and cancel a ticket. */
export function mayUseTicket(actor: Actor, ticket: TicketParties, event: OwnedEvent): boolean {
  return (
    actor.id === ticket.holderId || actor.id === ticket.bookedBy || mayManageEvent(actor, event)
  );
}

/**
 * Everyone may see the queue. Only the waiting person, the event's organizer and admins may see the
 * e-mail of an entry and remove it.
 */
export function mayUseEntry(actor: Actor, userId: number, event: OwnedEvent): boolean {
  return actor.id === userId || mayManageEvent(actor, event);
}
