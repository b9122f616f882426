import type { Applied, Change } from './changes';
import {
  compareQueueOrder,
  type EventFacts,
  type Ticket,
  type WaitlistEntry,
} from './inventory-state';

/** What is known of an event when its commands are decided: their part of the house, no more. */
export interface LoadedInventory {
  readonly event: EventFacts;
  /** The moment of the decisions, stamped on all they create. */
  readonly now: Date;
  /** People that the commands name and who have no account. */
  readonly missingUsers?: Iterable<number>;
  /** Names among those that the commands ask for that another event bears. */
  readonly takenNames?: Iterable<string>;
  /** How many active tickets each person holds; needed where the event has a cap. */
  readonly activeTicketCounts?: ReadonlyMap<number, number>;
  /** Tickets named by id, and all active tickets of those who give back what they hold. */
  readonly tickets?: Iterable<Ticket>;
  /** Waitlist entries of the people and the entry ids that the commands name. */
  readonly entries?: Iterable<WaitlistEntry>;
  /** The first entries of the queue, in queue order. */
  readonly head?: readonly WaitlistEntry[];
}

/** A decision hangs on something that the snapshot does not hold: decide it on a fresh one. */
export class NotLoadedError extends Error {
  constructor() {
    super('The queue goes on past the part of it that was loaded');
    this.name = 'NotLoadedError';
  }
}

/**
 * One event's tickets and queue in memory, as far as the commands at hand can see or touch them.
 * Commands are decided on it one after another; `apply` moves it on by what was decided.
 */
export class EventInventory {
  readonly now: Date;
  readonly missingUsers: ReadonlySet<number>;
  readonly takenNames: ReadonlySet<string>;
  #event: EventFacts;
  readonly #tickets = new Map<number, Ticket>();
  readonly #ticketNoByBookingId = new Map<number, number>();
  readonly #activeByHolder = new Map<number, Set<number>>();
  readonly #activeTicketCounts: Map<number, number>;
  readonly #entries = new Map<number, WaitlistEntry>();
  /** The head of the queue by user, in queue order: Map keeps it, and takes from the front cheaply. */
  #head: Map<number, WaitlistEntry>;
  #headIsWhole: boolean;

  constructor(snapshot: LoadedInventory) {
    this.now = snapshot.now;
    this.missingUsers = new Set(snapshot.missingUsers);
    this.takenNames = new Set(snapshot.takenNames);
    this.#event = snapshot.event;
    this.#activeTicketCounts = new Map(snapshot.activeTicketCounts);
    for (const ticket of snapshot.tickets ?? []) this.#putTicket(ticket);
    for (const entry of snapshot.entries ?? []) this.#entries.set(entry.userId, entry);
    this.#head = byUser(snapshot.head ?? []);
    for (const entry of this.#head.values()) this.#entries.set(entry.userId, entry);
    this.#headIsWhole = snapshot.event.waitlistCount === this.#head.size;
  }

  get event(): EventFacts {
    return this.#event;
  }

  /** Tickets that a newcomer can get: none while anyone waits. */
  get stock(): number {
    return this.#event.waitlistCount > 0 ? 0 : this.#event.availableTickets;
  }

  ticketByBookingId(bookingId: number): Ticket | undefined {
    const ticketNo = this.#ticketNoByBookingId.get(bookingId);
    return ticketNo === undefined ? undefined : this.#tickets.get(ticketNo);
  }

  /** Active tickets of one person among those loaded, the one given out last first. */
  ticketsHeldBy(holderId: number): Ticket[] {
    return [...(this.#activeByHolder.get(holderId) ?? [])]
      .sort((a, b) => b - a)
      .map((ticketNo) => this.#tickets.get(ticketNo)!);
  }

  activeTicketCount(holderId: number): number {
    return this.#activeTicketCounts.get(holderId) ?? 0;
  }

  entryOf(userId: number): WaitlistEntry | undefined {
    return this.#entries.get(userId);
  }

  entryById(entryId: number): WaitlistEntry | undefined {
    for (const entry of this.#entries.values()) if (entry.entryId === entryId) return entry;
    return undefined;
  }

  /**
   * The queue in order.
   * @throws NotLoadedError when it goes on and more of it is read than was loaded
   */
  *queue(): Generator<WaitlistEntry, void> {
    yield* this.#head.values();
    if (!this.#headIsWhole) throw new NotLoadedError();
  }

  /** Moves the inventory on by what was decided for one command. */
  apply({ changes, after }: Applied): void {
    this.#event = after;
    for (const change of changes) this.#applyToRows(change);
  }

  #applyToRows(change: Change): void {
    switch (change.type) {
      case 'ticket-issued':
      case 'ticket-cancelled':
        this.#putTicket(change.ticket);
        this.#countActive(change.ticket.holderId, change.type === 'ticket-issued' ? 1 : -1);
        return;
      case 'entry-added':
        this.#entries.set(change.entry.userId, change.entry);
        // A new entry is the last in order, so it is in sight only where the whole queue is.
        if (this.#headIsWhole) this.#head.set(change.entry.userId, change.entry);
        return;
      case 'entry-changed':
        this.#entries.set(change.entry.userId, change.entry);
        this.#moveInHead(change.entry);
        return;
      case 'entry-removed':
        this.#entries.delete(change.entry.userId);
        this.#head.delete(change.entry.userId);
        return;
      case 'event-cancelled':
        this.#entries.clear();
        this.#head.clear();
        this.#headIsWhole = true;
        return;
      case 'event-updated':
        return;
    }
  }

  #putTicket(ticket: Ticket): void {
    this.#tickets.set(ticket.ticketNo, ticket);
    if (ticket.bookingId !== null) {
      this.#ticketNoByBookingId.set(ticket.bookingId, ticket.ticketNo);
    }
    const active = this.#activeByHolder.get(ticket.holderId) ?? new Set<number>();
    if (ticket.status === 'booked') active.add(ticket.ticketNo);
    else active.delete(ticket.ticketNo);
    this.#activeByHolder.set(ticket.holderId, active);
  }

  #countActive(holderId: number, by: 1 | -1): void {
    this.#activeTicketCounts.set(holderId, this.activeTicketCount(holderId) + by);
  }

  /**
   * Puts a changed entry where its order says, unless that is behind the loaded head of a longer
   * queue: what stands between is not known there.
   */
  #moveInHead(entry: WaitlistEntry): void {
    const before = this.#head.get(entry.userId);
    if (before && compareQueueOrder(before, entry) === 0) {
      this.#head.set(entry.userId, entry);
      return;
    }
    const others = [...this.#head.values()].filter((other) => other.userId !== entry.userId);
    const ahead = others.filter((other) => compareQueueOrder(other, entry) < 0);
    const behind = others.slice(ahead.length);
    const isInSight = behind.length > 0 || this.#headIsWhole;
    this.#head = byUser(isInSight ? [...ahead, entry, ...behind] : ahead);
  }
}

function byUser(entries: readonly WaitlistEntry[]): Map<number, WaitlistEntry> {
  return new Map(entries.map((entry) => [entry.userId, entry]));
}
