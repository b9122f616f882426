import { QueryTypes } from 'sequelize';
import type { Database } from '../database/database';
import { WriteConflictError } from '../database/fault-kind';
import { findRows } from '../database/find-rows';
import { insertRows } from '../database/insert-rows';
import { asSqlTimestamp } from '../database/timestamps';
import type { Tx } from '../database/unit-of-work';
import type { EventFacts, WaitlistEntry } from '../domain/inventory-state';
import type { EventRow } from '../models/event.model';
import { eventFactsOf } from '../models/facts';
import type { RowChanges } from './row-changes';

/** Most rows in one statement. */
const STATEMENT_ROWS = 1_000;
/** Most event rows in one statement: each row is searched for among the values of all of them. */
const EVENTS_IN_STATEMENT = 50;

/** The changes to the rows that belong to a locked event. */
export interface EventRowChanges {
  /** The event's row as it was locked. */
  readonly before: EventRow;
  readonly changes: RowChanges;
}

/** A locked event's own row before and after the changes. */
export interface EventRowUpdate {
  readonly before: EventRow;
  readonly after: EventFacts;
}

/** A ticket that was just written. */
export interface NewTicket {
  readonly eventId: number;
  readonly ticketNo: number;
  readonly id: number;
}

/**
 * Writes the changes of all rows but the event rows, in bulk statements. Removes before it inserts,
 * so that a person who left and joined again does not violate a unique key.
 *
 * @returns the new ticket if there is exactly one, otherwise null
 * @throws WriteConflictError if a row is no longer as it was loaded under the lock
 */
export async function writeRows(
  database: Database,
  tx: Tx,
  now: Date,
  all: readonly EventRowChanges[],
): Promise<NewTicket | null> {
  for (const { before, changes } of all) {
    if (changes.eventIsCancelled) await cancelWholeEvent(database, tx, before, now);
  }
  await cancelBookings(
    database,
    tx,
    all.flatMap(({ changes }) => changes.cancelledBookingIds),
    now,
  );
  await removeEntries(
    database,
    tx,
    all.flatMap(({ changes }) => changes.removedEntryIds),
  );
  await updateEntries(
    database,
    tx,
    all.flatMap(({ changes }) => [...changes.changed.values()]),
    now,
  );
  const single = await insertBookings(database, tx, all);
  await insertEntries(database, tx, all);
  return single;
}

/** Columns of the event row that commands can change, and their values. */
const EVENT_COLUMNS: readonly [
  keyof EventRow,
  (event: EventFacts, database: Database) => string | number | null,
][] = [
  ['event_name', ({ name }) => name],
  ['status', ({ status }) => status],
  ['total_tickets', ({ totalTickets }) => totalTickets],
  ['available_tickets', ({ availableTickets }) => availableTickets],
  ['max_tickets_per_user', ({ maxTicketsPerUser }) => maxTicketsPerUser],
  ['starts_at', ({ startsAt }, database) => timestampOrNull(database, startsAt)],
  ['sale_starts_at', ({ saleStartsAt }, database) => timestampOrNull(database, saleStartsAt)],
  ['sale_ends_at', ({ saleEndsAt }, database) => timestampOrNull(database, saleEndsAt)],
  ['metadata', ({ metadata }) => metadata],
  ['version', ({ version }) => version],
  ['next_ticket_no', ({ nextTicketNo }) => nextTicketNo],
  ['next_queue_no', ({ nextQueueNo }) => nextQueueNo],
  ['waitlist_count', ({ waitlistCount }) => waitlistCount],
  ['waitlist_tickets', ({ waitlistTickets }) => waitlistTickets],
  // The sums of the queue are written with each change of it: see queue-blocks.ts.
  ['queue_counted_version', ({ version }) => version],
  ['updatedAt', ({ updatedAt }, database) => asSqlTimestamp(database, updatedAt)],
];

function timestampOrNull(database: Database, moment: Date | null): string | null {
  return moment && asSqlTimestamp(database, moment);
}

/**
 * Writes what has changed of the event rows, last of all. Guarded by version: each row must still have the version that
 * was locked.
 *
 * @throws WriteConflictError if a row has another version
 */
export async function writeEvents(
  database: Database,
  tx: Tx,
  all: readonly EventRowUpdate[],
): Promise<void> {
  const { sequelize } = database;
  for (const part of chunks(all, EVENTS_IN_STATEMENT)) {
    // One statement with different values for each event.
    const facts = part.map(({ before, after }) => ({ before: eventFactsOf(before), after }));
    const changed = EVENT_COLUMNS.filter(([, valueOf]) =>
      facts.some(({ before, after }) => valueOf(before, database) !== valueOf(after, database)),
    );
    const columns = changed.map(([column, valueOf]) => {
      const cases = facts.map(({ after }) => {
        const value = sequelize.escape(valueOf(after, database) as string | number);
        return `WHEN ${String(after.id)} THEN ${value}`;
      });
      return `${column} = CASE id ${cases.join(' ')} END`;
    });
    const rows = part.map(
      ({ before: { id, version } }) => `(id = ${String(id)} AND version = ${String(version)})`,
    );
    const [, affected] = await sequelize.query(
      `UPDATE events SET ${columns.join(', ')} WHERE ${rows.join(' OR ')}`,
      { type: QueryTypes.UPDATE, transaction: tx },
    );
    expectRows(affected, part.length);
  }
}

async function cancelBookings(
  database: Database,
  tx: Tx,
  bookingIds: readonly number[],
  now: Date,
): Promise<void> {
  for (const part of chunks(bookingIds)) {
    const [, affected] = await database.sequelize.query(
      `UPDATE bookings SET status = 'cancelled', updatedAt = '${asSqlTimestamp(database, now)}' ` +
        `WHERE status = 'booked' AND id IN (${part.join(', ')})`,
      { type: QueryTypes.UPDATE, transaction: tx },
    );
    expectRows(affected, part.length);
  }
}

async function removeEntries(
  { models }: Database,
  tx: Tx,
  entryIds: readonly number[],
): Promise<void> {
  for (const part of chunks(entryIds)) {
    const affected = await models.WaitlistEntry.destroy({ where: { id: part }, transaction: tx });
    expectRows(affected, part.length);
  }
}

/** Updates entries in one statement with different values for each. */
async function updateEntries(
  database: Database,
  tx: Tx,
  entries: readonly WaitlistEntry[],
  now: Date,
): Promise<void> {
  for (const part of chunks(entries)) {
    const pick = (value: (entry: WaitlistEntry) => number): string =>
      part.map((entry) => `WHEN ${String(entry.entryId)} THEN ${String(value(entry))}`).join(' ');
    const [, affected] = await database.sequelize.query(
      `UPDATE waitlists SET quantity = CASE id ${pick((entry) => entry.quantity)} END, ` +
        `priority = CASE id ${pick((entry) => entry.priority)} END, updatedAt = :now ` +
        `WHERE id IN (${part.map((entry) => String(entry.entryId)).join(', ')})`,
      {
        type: QueryTypes.UPDATE,
        replacements: { now: asSqlTimestamp(database, now) },
        transaction: tx,
      },
    );
    expectRows(affected, part.length);
  }
}

/** @returns the new ticket if there is exactly one, otherwise null */
async function insertBookings(
  database: Database,
  tx: Tx,
  all: readonly EventRowChanges[],
): Promise<NewTicket | null> {
  const rows = all.flatMap(({ before, changes }) =>
    [...changes.issued.values()].map((ticket) => ({
      event_id: before.id,
      ticket_no: ticket.ticketNo,
      user_id: ticket.holderId,
      booked_by: ticket.bookedBy,
      status: ticket.status,
      createdAt: asSqlTimestamp(database, ticket.createdAt),
      updatedAt: asSqlTimestamp(database, ticket.updatedAt),
    })),
  );
  let id = 0;
  for (const part of chunks(rows)) id = await insertRows(database, tx, 'bookings', part);
  const [first] = rows;
  return first && rows.length === 1
    ? { eventId: first.event_id, ticketNo: first.ticket_no, id }
    : null;
}

async function insertEntries(
  database: Database,
  tx: Tx,
  all: readonly EventRowChanges[],
): Promise<void> {
  const rows = all.flatMap(({ before, changes }) =>
    [...changes.added.values()].map((entry) => ({
      event_id: before.id,
      user_id: entry.userId,
      requested_by: entry.requestedBy,
      quantity: entry.quantity,
      priority: entry.priority,
      queue_no: entry.queueNo,
      createdAt: asSqlTimestamp(database, entry.createdAt),
      updatedAt: asSqlTimestamp(database, entry.updatedAt),
    })),
  );
  for (const part of chunks(rows)) await insertRows(database, tx, 'waitlists', part);
}

/** Cancels all bookings and removes all entries of an event, which may have 100,000 of each. */
async function cancelWholeEvent(
  database: Database,
  tx: Tx,
  row: EventRow,
  now: Date,
): Promise<void> {
  const { models, sequelize } = database;
  for (let from = 1; from < row.next_ticket_no; from += STATEMENT_ROWS) {
    await sequelize.query(
      "UPDATE bookings SET status = 'cancelled', updatedAt = :now WHERE event_id = :eventId " +
        "AND ticket_no >= :from AND ticket_no < :to AND status = 'booked'",
      {
        type: QueryTypes.UPDATE,
        replacements: {
          eventId: row.id,
          from,
          to: from + STATEMENT_ROWS,
          now: asSqlTimestamp(database, now),
        },
        transaction: tx,
      },
    );
  }
  for (;;) {
    const entries = await findRows(models.WaitlistEntry, {
      attributes: ['id'],
      where: { event_id: row.id },
      limit: STATEMENT_ROWS,
      transaction: tx,
    });
    if (entries.length === 0) return;
    await removeEntries(
      database,
      tx,
      entries.map(({ id }) => id),
    );
  }
}

function* chunks<T>(items: readonly T[], size = STATEMENT_ROWS): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

function expectRows(affected: number, expected: number): void {
  if (affected !== expected) throw new WriteConflictError(affected, expected);
}
