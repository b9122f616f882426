import { Op } from 'sequelize';
import { BatchedReader } from '../database/batched-reader';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { findTimedEvents } from '../database/find-timed-events';
import type { Tx, UnitOfWork } from '../database/unit-of-work';
import type { Ticket } from '../domain/inventory-state';
import { nextActions, type NextAction } from '../domain/next-actions';
import { LISTED_TICKETS_MAX } from '../domain/pieces';
import { ApiError } from '../errors/api-error';
import { readPositions, type PositionedEntry } from '../inventory/queue-positions';
import type { BookingRow } from '../models/booking.model';
import { eventSnapshotOf, ticketOf } from '../models/facts';

/** People with more tickets than this are read one by one, so that one answer holds few rows. */
const FEW_TICKETS = 20;

export interface MyEvent {
  readonly eventId: number;
  readonly version: number;
  readonly tickets: readonly Ticket[];
  readonly ticketsHeld: number;
  /** Null if the caller does not wait. */
  readonly entry: PositionedEntry | null;
  readonly allowedActions: readonly NextAction[];
}

/** One person and one event. */
interface Pair {
  readonly eventId: number;
  readonly userId: number;
}

interface HeldTickets {
  readonly count: number;
  /** The first ones. */
  readonly tickets: readonly Ticket[];
}

/**
 * Reads how people stand with events. Requests that wait at the same moment share one view of the
 * database and a handful of queries; nothing is cached, so nothing is ever stale.
 */
export class MyEventReader {
  readonly #database: Database;
  readonly #reader: BatchedReader<string, MyEvent>;

  constructor({ database, unitOfWork }: { database: Database; unitOfWork: UnitOfWork }) {
    this.#database = database;
    this.#reader = new BatchedReader((keys) =>
      unitOfWork.readConsistently((tx) => this.#load(tx, keys.map(pairIn))),
    );
  }

  /** @throws ApiError EVENT_NOT_FOUND */
  async find(userId: number, eventId: number): Promise<MyEvent> {
    const mine = await this.#reader.read(keyOf({ eventId, userId }));
    if (!mine) throw new ApiError('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
    return mine;
  }

  async #load(tx: Tx, pairs: readonly Pair[]): Promise<Map<string, MyEvent>> {
    const events = await findTimedEvents(this.#database, {
      where: { id: [...new Set(pairs.map(({ eventId }) => eventId))] },
      transaction: tx,
    });
    const positioned = await readPositions(this.#database, tx, { [Op.or]: byEvent(pairs) }, events);
    const entries = new Map(
      positioned.map((one) => [keyOf({ eventId: one.eventId, userId: one.entry.userId }), one]),
    );
    const held = await this.#findHeld(tx, pairs);
    const facts = new Map(events.map((row) => [row.id, eventSnapshotOf(row)]));
    const found = new Map<string, MyEvent>();
    for (const pair of pairs) {
      const event = facts.get(pair.eventId);
      if (!event) continue;
      const key = keyOf(pair);
      const entry = entries.get(key) ?? null;
      const { tickets, count } = held.get(key) ?? { tickets: [], count: 0 };
      found.set(key, {
        eventId: event.id,
        version: event.version,
        tickets,
        ticketsHeld: count,
        entry,
        allowedActions: nextActions(event, count, entry && entry.entry),
      });
    }
    return found;
  }

  async #findHeld(tx: Tx, pairs: readonly Pair[]): Promise<Map<string, HeldTickets>> {
    const { Booking } = this.#database.models;
    const counts = (await Booking.count({
      where: { [Op.or]: byEvent(pairs), status: 'booked' },
      group: ['event_id', 'user_id'],
      transaction: tx,
    })) as unknown as { event_id: number | string; user_id: number | string; count: number }[];
    const holders = counts.map(({ event_id, user_id, count }) => ({
      eventId: Number(event_id),
      userId: Number(user_id),
      count,
    }));
    const few = holders.filter(({ count }) => count <= FEW_TICKETS);
    const many = holders.filter(({ count }) => count > FEW_TICKETS);
    const rows = few.length > 0 ? await this.#findTickets(tx, few) : [];
    for (const holder of many) rows.push(...(await this.#findTickets(tx, [holder])));
    const held = new Map<string, { count: number; tickets: Ticket[] }>(
      holders.map((holder) => [keyOf(holder), { count: holder.count, tickets: [] }]),
    );
    for (const row of rows) {
      held.get(keyOf({ eventId: row.event_id, userId: row.user_id }))?.tickets.push(ticketOf(row));
    }
    return held;
  }

  #findTickets(tx: Tx, holders: readonly Pair[]): Promise<BookingRow[]> {
    return findRows(this.#database.models.Booking, {
      where: { [Op.or]: byEvent(holders), status: 'booked' },
      order: [['id', 'ASC']],
      // Only a single holder can have more.
      ...(holders.length === 1 ? { limit: LISTED_TICKETS_MAX } : {}),
      transaction: tx,
    });
  }
}

function keyOf({ eventId, userId }: Pair): string {
  return `${String(eventId)} ${String(userId)}`;
}

function pairIn(key: string): Pair {
  const [eventId, userId] = key.split(' ').map(Number) as [number, number];
  return { eventId, userId };
}

/** A condition for each event, with all of its people. */
function byEvent(pairs: readonly Pair[]): { event_id: number; user_id: number[] }[] {
  const users = new Map<number, number[]>();
  for (const { eventId, userId } of pairs) {
    const others = users.get(eventId);
    if (others) others.push(userId);
    else users.set(eventId, [userId]);
  }
  return [...users].map(([event_id, user_id]) => ({ event_id, user_id }));
}
