/** Who may do what with an event, its tickets and its queue. */

export type Role = 'user' | 'organizer' | 'admin';

/** The person behind a command or a request. Comes from the token, never from the body. */
export interface Actor {
  readonly id: number;
  readonly role: Role;
}

/**
 * What an organizer can let others do for one event: change its settings; change its capacity; cancel it;
 * manage its waitlist; see and cancel its tickets, and read its log.
 */
export const RIGHTS = ['update', 'capacity', 'cancel', 'waitlist', 'tickets'] as const;
export type Right = (typeof RIGHTS)[number];

interface OwnedEvent {
  readonly organizerId: number | null;
}

/** An event, and the rights of those of its staff who matter. */
export interface StaffedEvent extends OwnedEvent {
  readonly staff: ReadonlyMap<number, ReadonlySet<Right>>;
}

interface TicketParties {
  readonly holderId: number;
  readonly bookedBy: number;
}

/** The event's organizer and admins have all rights, and decide about its staff. */
export function mayManageEvent(actor: Actor, event: OwnedEvent): boolean {
  return actor.role === 'admin' || actor.id === event.organizerId;
}

export function hasRight(actor: Actor, event: StaffedEvent, right: Right): boolean {
  return mayManageEvent(actor, event) || event.staff.get(actor.id)?.has(right) === true;
}

/** The holder, the booker and those with the right `tickets` may see and cancel a ticket. */
export function mayUseTicket(actor: Actor, ticket: TicketParties, event: StaffedEvent): boolean {
  return (
    actor.id === ticket.holderId ||
    actor.id === ticket.bookedBy ||
    hasRight(actor, event, 'tickets')
  );
}

/**
 * Everyone may see the queue. Only the waiting person and those with the right `waitlist` may see the
 * e-mail of an entry and remove it.
 */
export function mayUseEntry(actor: Actor, userId: number, event: StaffedEvent): boolean {
  return actor.id === userId || hasRight(actor, event, 'waitlist');
}
