import type { Applied, Change } from './changes';
import {
  compareQueueOrder,
  type EventFacts,
  type Ticket,
  type WaitlistEntry,
} from './inventory-state';

import type { Right, StaffedEvent } from './rights';

/** What is loaded of an event to decide its commands: only what these commands need. */
export interface LoadedInventory {
  readonly event: EventFacts;
  /** The time of the decisions, stamped on everything they create. */
  readonly now: Date;
  /** People whom the commands name and who have no account. */
  readonly missingUsers?: Iterable<number>;
  /** Rights of those who give the commands, as far as they have any for this event. */
  readonly staff?: ReadonlyMap<number, ReadonlySet<Right>>;
  /** Requested event names that another event already has. */
  readonly takenNames?: Iterable<string>;
  /** How many active tickets each person holds; needed if the event has a cap. */
  readonly activeTicketCounts?: ReadonlyMap<number, number>;
  /** Tickets named by id, and all active tickets of people who cancel what they hold. */
  readonly tickets?: Iterable<Ticket>;
  /** Waitlist entries of the people and the entry ids that the commands name. */
  readonly entries?: Iterable<WaitlistEntry>;
  /** The first entries of the queue, in queue order. */
  readonly head?: readonly WaitlistEntry[];
}

/** The decision depends on something that was not loaded: decide it on a fresh inventory. */
export class NotLoadedError extends Error {
  constructor() {
    super('The queue is longer than the part that was loaded');
    this.name = 'NotLoadedError';
  }
}

/**
 * One event's tickets and queue in memory, as far as the current commands can read or change them.
 * Commands are decided on it one after another; `apply` applies each decision to it.
 */
export class EventInventory {
  readonly now: Date;
  readonly missingUsers: ReadonlySet<number>;
  readonly takenNames: ReadonlySet<string>;
  readonly staff: ReadonlyMap<number, ReadonlySet<Right>>;
  #event: EventFacts;
  readonly #tickets = new Map<number, Ticket>();
  readonly #ticketNoByBookingId = new Map<number, number>();
  readonly #activeByHolder = new Map<number, Set<number>>();
  readonly #activeTicketCounts: Map<number, number>;
  readonly #entries = new Map<number, WaitlistEntry>();
  /** The head of the queue by user. A Map keeps the order and removes the first entry cheaply. */
  #head: Map<number, WaitlistEntry>;
  #isHeadComplete: boolean;

  constructor(loaded: LoadedInventory) {
    this.now = loaded.now;
    this.missingUsers = new Set(loaded.missingUsers);
    this.takenNames = new Set(loaded.takenNames);
    this.staff = loaded.staff ?? new Map();
    this.#event = loaded.event;
    this.#activeTicketCounts = new Map(loaded.activeTicketCounts);
    for (const ticket of loaded.tickets ?? []) this.#putTicket(ticket);
    for (const entry of loaded.entries ?? []) this.#entries.set(entry.userId, entry);
    this.#head = byUser(loaded.head ?? []);
    for (const entry of this.#head.values()) this.#entries.set(entry.userId, entry);
    this.#isHeadComplete = loaded.event.waitlistCount === this.#head.size;
  }

  get event(): EventFacts {
    return this.#event;
  }

  /** Whose event it is, and who has rights on it. */
  get staffed(): StaffedEvent {
    return { organizerId: this.#event.organizerId, staff: this.staff };
  }

  /** Tickets that a person who is not waiting can get: none while anyone waits. */
  get stock(): number {
    return this.#event.waitlistCount > 0 ? 0 : this.#event.availableTickets;
  }

  ticketByBookingId(bookingId: number): Ticket | undefined {
    const ticketNo = this.#ticketNoByBookingId.get(bookingId);
    return ticketNo === undefined ? undefined : this.#tickets.get(ticketNo);
  }

  /** Loaded active tickets of one person, the most recently issued first. */
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
   * @throws NotLoadedError if more of the queue is read than was loaded
   */
  *queue(): Generator<WaitlistEntry, void> {
    yield* this.#head.values();
    if (!this.#isHeadComplete) throw new NotLoadedError();
  }

  /** Applies the decision on one command. */
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
        // A new entry is last in order, so it belongs to the head only if the head is complete.
        if (this.#isHeadComplete) this.#head.set(change.entry.userId, change.entry);
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
        this.#isHeadComplete = true;
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
   * Moves a changed entry to its position in the head. Drops the entry if the position lies behind
   * an incomplete head, because the entries in between are unknown.
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
    const isInHead = behind.length > 0 || this.#isHeadComplete;
    this.#head = byUser(isInHead ? [...ahead, entry, ...behind] : ahead);
  }
}

function byUser(entries: readonly WaitlistEntry[]): Map<number, WaitlistEntry> {
  return new Map(entries.map((entry) => [entry.userId, entry]));
}
