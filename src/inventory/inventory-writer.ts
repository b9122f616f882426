import { Op, QueryTypes } from 'sequelize';
import type { Database } from '../database/database';
import { WriteConflictError } from '../database/fault-kind';
import { findRows } from '../database/find-rows';
import type { LockedEvent } from '../database/locks';
import { asSqlTimestamp } from '../database/timestamps';
import type { Tx } from '../database/unit-of-work';
import type { EventFacts, Ticket, WaitlistEntry } from '../domain/inventory-state';
import type { ChangeSet } from './change-set';

/** Rows in one statement, so that none grows without bound. */
const STATEMENT_ROWS = 1_000;

/**
 * Writes a group's changes in bulk statements, all but the event row. What leaves goes before what
 * comes, so that a person who left and joined anew does not collide with themselves.
 *
 * @returns the id of the new ticket by its number, where there is exactly one
 * @throws WriteConflictError when a row is not as it was loaded under the lock
 */
export async function writeRows(
  database: Database,
  tx: Tx,
  locked: LockedEvent,
  changes: ChangeSet,
): Promise<Map<number, number>> {
  const eventId = locked.row.id;
  if (changes.eventIsCancelled) await cancelWholeEvent(database, tx, locked);
  await cancelBookings(database, tx, eventId, changes.cancelledBookingIds, locked.now);
  await removeEntries(database, tx, changes.removedEntryIds);
  await updateEntries(database, tx, [...changes.changed.values()], locked.now);
  const ids = await insertBookings(database, tx, eventId, [...changes.issued.values()]);
  await insertEntries(database, tx, eventId, [...changes.added.values()]);
  return ids;
}

/**
 * Writes the event row, last of all. The version guards it: the row must still be as it was locked.
 *
 * @throws WriteConflictError when it is not
 */
export async function writeEvent(
  database: Database,
  tx: Tx,
  locked: LockedEvent,
  after: EventFacts,
): Promise<void> {
  const [, affected] = await database.sequelize.query(
    'UPDATE events SET event_name = :name, total_tickets = :totalTickets, ' +
      'available_tickets = :availableTickets, status = :status, ' +
      'max_tickets_per_user = :maxTicketsPerUser, version = :version, ' +
      'next_ticket_no = :nextTicketNo, next_queue_no = :nextQueueNo, ' +
      'waitlist_count = :waitlistCount, waitlist_tickets = :waitlistTickets, ' +
      'updatedAt = :now WHERE id = :id AND version = :lockedVersion',
    {
      type: QueryTypes.UPDATE,
      replacements: {
        ...after,
        now: asSqlTimestamp(database, after.updatedAt),
        lockedVersion: locked.row.version,
      },
      transaction: tx,
    },
  );
  expectRows(affected, 1);
}

/**
 * Ids of several tickets just written, by ticket number. They are read back because a bulk insert
 * tells one id at the most, and the next ones need not follow it (`auto_increment_increment`).
 */
export async function readBookingIds(
  { models }: Database,
  tx: Tx,
  { row }: LockedEvent,
): Promise<Map<number, number>> {
  const rows = await findRows(models.Booking, {
    attributes: ['id', 'ticket_no'],
    where: { event_id: row.id, ticket_no: { [Op.gte]: row.next_ticket_no } },
    transaction: tx,
  });
  return new Map(rows.map(({ id, ticket_no }) => [ticket_no, id]));
}

/** Ids of waitlist entries just written, by person. */
export async function readEntryIds(
  { models }: Database,
  tx: Tx,
  eventId: number,
  userIds: readonly number[],
): Promise<Map<number, number>> {
  if (userIds.length === 0) return new Map();
  const rows = await findRows(models.WaitlistEntry, {
    attributes: ['id', 'user_id'],
    where: { event_id: eventId, user_id: [...userIds] },
    transaction: tx,
  });
  return new Map(rows.map((row) => [row.user_id, row.id]));
}

async function cancelBookings(
  { models }: Database,
  tx: Tx,
  eventId: number,
  bookingIds: readonly number[],
  now: Date,
): Promise<void> {
  for (const part of chunks(bookingIds)) {
    const [affected] = await models.Booking.update(
      { status: 'cancelled', updatedAt: now },
      { where: { id: part, event_id: eventId, status: 'booked' }, transaction: tx },
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

/** Each entry gets values of its own, all in one statement. */
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

/** @returns the id of the ticket by its number, where there is exactly one */
async function insertBookings(
  database: Database,
  tx: Tx,
  eventId: number,
  tickets: readonly Ticket[],
): Promise<Map<number, number>> {
  const ids = new Map<number, number>();
  for (const part of chunks(tickets)) {
    const rows = part.map((ticket) => ({
      event_id: eventId,
      ticket_no: ticket.ticketNo,
      user_id: ticket.holderId,
      booked_by: ticket.bookedBy,
      status: ticket.status,
      createdAt: asSqlTimestamp(database, ticket.createdAt),
      updatedAt: asSqlTimestamp(database, ticket.updatedAt),
    }));
    const queries = database.sequelize.getQueryInterface();
    const id = await queries.bulkInsert('bookings', rows, { transaction: tx });
    if (tickets.length === 1) ids.set(part[0]!.ticketNo, Number(id));
  }
  return ids;
}

async function insertEntries(
  database: Database,
  tx: Tx,
  eventId: number,
  entries: readonly WaitlistEntry[],
): Promise<void> {
  for (const part of chunks(entries)) {
    const rows = part.map((entry) => ({
      event_id: eventId,
      user_id: entry.userId,
      requested_by: entry.requestedBy,
      quantity: entry.quantity,
      priority: entry.priority,
      queue_no: entry.queueNo,
      createdAt: asSqlTimestamp(database, entry.createdAt),
      updatedAt: asSqlTimestamp(database, entry.updatedAt),
    }));
    await database.sequelize.getQueryInterface().bulkInsert('waitlists', rows, { transaction: tx });
  }
}

/** Ends all bookings and the queue of an event that may have a hundred thousand of each. */
async function cancelWholeEvent(
  database: Database,
  tx: Tx,
  { row, now }: LockedEvent,
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

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += STATEMENT_ROWS) {
    yield items.slice(from, from + STATEMENT_ROWS);
  }
}

function expectRows(affected: number, expected: number): void {
  if (affected !== expected) throw new WriteConflictError(affected, expected);
}
