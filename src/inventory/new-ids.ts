import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Tx } from '../database/unit-of-work';
import type { EventRow } from '../models/event.model';
import type { Decided } from './decide-batch';
import type { NewTicket } from './inventory-writer';

/** Ids that the database assigned to the rows that one event's commands created. */
export interface NewIds {
  /** By ticket number. */
  readonly bookings: ReadonlyMap<number, number>;
  /** By person. */
  readonly entries: ReadonlyMap<number, number>;
}

/** One event's row as it was locked, and the decisions that changed the event. */
interface ChangedEvent {
  readonly row: EventRow;
  readonly effective: readonly Decided[];
}

/** Ids of new rows by event, then by ticket number or person. */
type IdsByEvent = ReadonlyMap<number, ReadonlyMap<number, number>>;

/**
 * Reads the ids of new rows that answers contain, by event. They are read back because a bulk
 * insert returns at most one id, and the others need not be consecutive
 * (`auto_increment_increment`).
 *
 * @param singleTicket the only new ticket, if there is exactly one: its id is already known
 */
export async function readNewIds(
  database: Database,
  tx: Tx,
  events: readonly ChangedEvent[],
  singleTicket: NewTicket | null,
): Promise<ReadonlyMap<number, NewIds>> {
  const bookings = singleTicket
    ? new Map([[singleTicket.eventId, new Map([[singleTicket.ticketNo, singleTicket.id]])]])
    : await readBookingIds(database, tx, events.filter(hasNewTickets));
  const entries = await readEntryIds(database, tx, events.flatMap(newWaitersOf));
  return new Map(
    events.map(({ row: { id } }) => [
      id,
      { bookings: bookings.get(id) ?? new Map(), entries: entries.get(id) ?? new Map() },
    ]),
  );
}

function hasNewTickets({ effective }: ChangedEvent): boolean {
  return effective.some(
    ({ decision: { outcome } }) =>
      'tickets' in outcome && outcome.tickets.some(({ bookingId }) => bookingId === null),
  );
}

interface NewWaiters {
  readonly eventId: number;
  readonly userIds: readonly number[];
}

function newWaitersOf({ row, effective }: ChangedEvent): NewWaiters[] {
  const userIds = effective.flatMap(({ decision: { outcome } }) =>
    'entry' in outcome && outcome.entry.entryId === null ? [outcome.entry.userId] : [],
  );
  return userIds.length > 0 ? [{ eventId: row.id, userIds }] : [];
}

async function readBookingIds(
  { models }: Database,
  tx: Tx,
  events: readonly ChangedEvent[],
): Promise<IdsByEvent> {
  if (events.length === 0) return new Map();
  const rows = await findRows(models.Booking, {
    attributes: ['id', 'event_id', 'ticket_no'],
    where: {
      [Op.or]: events.map(({ row }) => ({
        event_id: row.id,
        ticket_no: { [Op.gte]: row.next_ticket_no },
      })),
    },
    transaction: tx,
  });
  return idsByEvent(rows, ({ ticket_no }) => ticket_no);
}

async function readEntryIds(
  { models }: Database,
  tx: Tx,
  waiters: readonly NewWaiters[],
): Promise<IdsByEvent> {
  if (waiters.length === 0) return new Map();
  const rows = await findRows(models.WaitlistEntry, {
    attributes: ['id', 'event_id', 'user_id'],
    where: {
      [Op.or]: waiters.map(({ eventId, userIds }) => ({ event_id: eventId, user_id: userIds })),
    },
    transaction: tx,
  });
  return idsByEvent(rows, ({ user_id }) => user_id);
}

function idsByEvent<Row extends { readonly id: number; readonly event_id: number }>(
  rows: readonly Row[],
  keyOf: (row: Row) => number,
): IdsByEvent {
  const ids = new Map<number, Map<number, number>>();
  for (const row of rows) {
    const ofEvent = ids.get(row.event_id) ?? new Map<number, number>();
    ids.set(row.event_id, ofEvent.set(keyOf(row), row.id));
  }
  return ids;
}
