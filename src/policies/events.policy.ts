import type { Actor } from './permissions';

/** An event is its organizer's and the admins' to manage. */
export function mayManageEvent(
  actor: Actor,
  event: { readonly organizerId: number | null },
): boolean {
  return actor.role === 'admin' || actor.id === event.organizerId;
}
