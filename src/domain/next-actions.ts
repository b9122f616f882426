import type { EventFacts, WaitlistEntry } from './inventory-state';

export type NextAction = 'book' | 'cancel' | 'join' | 'lower' | 'leave';

/** What a person can do with an event now. Under contention this may soon be out of date. */
export function nextActions(
  event: EventFacts,
  heldTickets: number,
  entry: Pick<WaitlistEntry, 'quantity'> | null,
): NextAction[] {
  if (event.status === 'cancelled') return [];
  const claimed = heldTickets + (entry?.quantity ?? 0);
  const mayHaveMore = event.maxTicketsPerUser === null || claimed < event.maxTicketsPerUser;
  const hasStock = event.availableTickets > 0 && event.waitlistCount === 0;
  const actions: NextAction[] = [];
  // Booking a sold-out event joins its waitlist, so it does nothing for a person who already waits.
  if (mayHaveMore && (hasStock || !entry)) actions.push('book');
  if (heldTickets > 0) actions.push('cancel');
  if (mayHaveMore && !hasStock && !entry) actions.push('join');
  if (entry && entry.quantity > 1) actions.push('lower');
  if (entry) actions.push('leave');
  return actions;
}
