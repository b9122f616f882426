import type { Change } from '../domain/changes';
import type { WaitlistEntry } from '../domain/inventory-state';
import type { Promotion } from '../domain/outcomes';

/** Tickets, people and promotions that one audit record lists one by one; of more, the number. */
const LISTED_MAX = 1_000;

/** A list that grows without bound, of which only the first items are kept. */
class BoundedList<T> {
  readonly items: T[] = [];
  count = 0;

  add(item: T): void {
    this.count += 1;
    if (this.items.length < LISTED_MAX) this.items.push(item);
  }

  /** How many items were not kept. */
  get leftOut(): number {
    return this.count - this.items.length;
  }
}

/** What the changes of one command come to, for its audit record: bounded, however many there are. */
export class ChangeSummary {
  /** Numbers of tickets given out. */
  readonly issued = new BoundedList<number>();
  /** Numbers of tickets given back. */
  readonly cancelled = new BoundedList<number>();
  readonly waitlisted = new BoundedList<WaitlistEntry>();
  readonly promotions = new BoundedList<Promotion>();
  promotedTickets = 0;
  /** The person that the first change is about. */
  firstUserId: number | null = null;
  /** An entry whose wish or priority was changed by its owner or an organizer. */
  changedEntry: { readonly before: WaitlistEntry; readonly after: WaitlistEntry } | null = null;

  add(changes: readonly Change[], promotions: readonly Promotion[]): void {
    for (const change of changes) this.#addChange(change, promotions.length > 0);
    for (const promotion of promotions) {
      this.promotions.add(promotion);
      this.promotedTickets += promotion.quantity;
    }
  }

  #addChange(change: Change, isPromoting: boolean): void {
    switch (change.type) {
      case 'ticket-issued':
        this.issued.add(change.ticket.ticketNo);
        return;
      case 'ticket-cancelled':
        this.firstUserId ??= change.ticket.holderId;
        this.cancelled.add(change.ticket.ticketNo);
        return;
      case 'entry-added':
        this.waitlisted.add(change.entry);
        return;
      case 'entry-changed':
        this.firstUserId ??= change.entry.userId;
        // What a promotion makes of an entry is listed with the promotion.
        if (!isPromoting) this.changedEntry = { before: change.before, after: change.entry };
        return;
      case 'entry-removed':
      case 'event-updated':
      case 'event-cancelled':
        return;
    }
  }
}
