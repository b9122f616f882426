import type { EventSnapshot, WaitlistEntry } from './inventory-state';
import { saleStatusAt } from './sale-window';

export type NextAction = 'book' | 'cancel' | 'join' | 'lower' | 'leave';

/** What a person can do with an event now. Under contention this may soon be out of date. */
export function nextActions(
  event: EventSnapshot,
  heldTickets: number,
  entry: Pick<WaitlistEntry, 'quantity'> | null,
): NextAction[] {
  if (event.status === 'cancelled') return [];
  const isOnSale = saleStatusAt(event, event.asOf) === 'on_sale';
  const claimed = heldTickets + (entry?.quantity ?? 0);
  const isBelowCap = event.maxTicketsPerUser === null || claimed < event.maxTicketsPerUser;
  const mayHaveMore = isOnSale && isBelowCap;
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
