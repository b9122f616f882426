import type { Command } from '../../../src/domain/commands';
import { decide } from '../../../src/domain/decide';
import { EventInventory } from '../../../src/domain/event-inventory';
import {
  compareQueueOrder,
  type EventFacts,
  type Ticket,
  type WaitlistEntry,
} from '../../../src/domain/inventory-state';
import type { Outcome } from '../../../src/domain/outcomes';
import { RowChanges } from '../../../src/inventory/row-changes';
import { decideBatch, type Verdict } from '../../../src/inventory/decide-batch';
import { headSize, requirementsOf } from '../../../src/inventory/requirements';

/**
 * The rows of one event in memory, loaded and written by the executor's own rules: for each batch, only
 * what its commands need is loaded, and only the sum of its changes is written.
 */
export class MemoryRows {
  readonly bookings = new Map<number, Ticket>();
  readonly entries = new Map<number, WaitlistEntry>();
  /** The time of the next decisions. */
  now = new Date(0);
  #lastId = 0;

  constructor(
    public event: EventFacts,
    readonly people: Set<number>,
  ) {}

  /** Runs commands as one batch; those that do not fit are not run. */
  runBatch(commands: readonly Command[]): Verdict[] {
    const inventory = this.#load(commands);
    const verdicts = decideBatch(
      inventory,
      new Map(),
      commands.map((command) => ({ command, actorId: 1, requestId: null })),
    );
    const changes = new RowChanges();
    for (const one of verdicts) {
      if (one.kind !== 'decided') continue;
      for (const change of one.decision.changes) changes.add(change);
    }
    this.#write(changes);
    this.event = inventory.event;
    return verdicts;
  }

  /** The outcome that a command would have now. */
  decideAlone(command: Command): Outcome {
    return decide(this.#load([command]), command).outcome;
  }

  get queue(): WaitlistEntry[] {
    return [...this.entries.values()].sort(compareQueueOrder);
  }

  heldBy(userId: number): Ticket[] {
    return [...this.bookings.values()].filter(
      ({ holderId, status }) => holderId === userId && status === 'booked',
    );
  }

  #load(commands: readonly Command[]): EventInventory {
    const requirements = requirementsOf(this.event, commands);
    const tickets = [
      ...[...requirements.holders].flatMap(([holder, limit]) =>
        this.heldBy(holder)
          .sort((a, b) => b.ticketNo - a.ticketNo)
          .slice(0, limit),
      ),
      ...[...requirements.bookingIds].flatMap((id) => this.bookings.get(id) ?? []),
    ];
    const size = headSize(tickets, requirements);
    return new EventInventory({
      event: this.event,
      now: this.now,
      missingUsers: [...requirements.accounts].filter((userId) => !this.people.has(userId)),
      activeTicketCounts: new Map(
        this.event.maxTicketsPerUser === null
          ? []
          : [...requirements.capped].map((userId) => [userId, this.heldBy(userId).length]),
      ),
      tickets,
      entries: [...this.entries.values()].filter(
        ({ userId, entryId }) =>
          requirements.waiting.has(userId) || requirements.entryIds.has(entryId ?? 0),
      ),
      head: size === 0 ? [] : this.queue.slice(0, size),
    });
  }

  /** Fails if the database's unique keys would. */
  #write(changes: RowChanges): void {
    if (changes.eventIsCancelled) {
      for (const [id, ticket] of this.bookings) {
        this.bookings.set(id, { ...ticket, status: 'cancelled' });
      }
      this.entries.clear();
    }
    for (const id of changes.cancelledBookingIds) {
      const ticket = this.bookings.get(id);
      if (ticket?.status !== 'booked') throw new Error(`Booking ${String(id)} is not active`);
      this.bookings.set(id, { ...ticket, status: 'cancelled' });
    }
    for (const id of changes.removedEntryIds) {
      if (!this.entries.delete(id)) throw new Error(`Entry ${String(id)} is already gone`);
    }
    for (const [id, entry] of changes.changed) this.entries.set(id, entry);
    for (const ticket of changes.issued.values()) {
      const bookingId = this.#nextId();
      this.bookings.set(bookingId, { ...ticket, bookingId });
    }
    for (const entry of changes.added.values()) {
      const isTaken = [...this.entries.values()].some(({ userId }) => userId === entry.userId);
      if (isTaken) throw new Error(`User ${String(entry.userId)} already waits`);
      const entryId = this.#nextId();
      this.entries.set(entryId, { ...entry, entryId });
    }
  }

  #nextId(): number {
    this.#lastId += 7;
    return this.#lastId;
  }
}
