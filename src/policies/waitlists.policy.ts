import { mayManageEvent } from './events.policy';
import type { Actor } from './permissions';

/**
 * Everyone sees the queue, but who stands in it by e-mail, and taking somebody out of it, is a
 * matter of that person and of whoever manages the event.
 */
export function mayUseEntry(
  actor: Actor,
  userId: number,
  event: { readonly organizerId: number | null },
): boolean {
  return actor.id === userId || mayManageEvent(actor, event);
}
