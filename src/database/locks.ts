/**
 * The only place that locks rows. Lock order: events by id, then users by id, then one session. The event's lock also
 * guards everything that belongs to the event (bookings, waitlist entries, keys), so these rows are
 * not locked themselves. SQLite allows one write transaction at a time, which replaces all locks.
 */
import { QueryTypes } from 'sequelize';
import type { EventRow, TimedEventRow } from '../models/event.model';
import type { SessionRow } from '../models/session.model';
import type { UserRow } from '../models/user.model';
import type { Database } from './database';
import { HeldAccountsError, isLockWait } from './fault-kind';
import { findRows } from './find-rows';
import { eventColumns, findTimedEvents } from './find-timed-events';
import { nowSql } from './timestamps';
import type { Tx } from './unit-of-work';

/** Events whose rows the transaction has locked. */
export interface LockedEvents {
  /** In the order of their ids. */
  readonly rows: readonly EventRow[];
  /** The database's time when all locks were held. */
  readonly now: Date;
}

/** Locks event rows for writing, by id. Waits if another transaction holds one of them. */
export async function lockEvents(
  database: Database,
  tx: Tx,
  eventIds: readonly number[],
): Promise<LockedEvents> {
  const rows = await findTimedEvents(database, {
    where: { id: [...eventIds] },
    order: [['id', 'ASC']],
    lock: tx.LOCK.UPDATE,
    transaction: tx,
  });
  return lockedEvents(rows);
}

/** The same without waiting: skips the events that other transactions hold. */
export async function lockFreeEvents(
  database: Database,
  tx: Tx,
  eventIds: readonly number[],
): Promise<LockedEvents> {
  // SQLite's write transaction already excludes all others.
  if (database.isSqlite) return lockEvents(database, tx, eventIds);
  // Sequelize supports SKIP LOCKED for other databases only.
  const rows = await database.sequelize.query<TimedEventRow>(
    `SELECT ${eventColumns(database).join(', ')}, ${nowSql(database)} AS now ` +
      'FROM events WHERE id IN (:eventIds) ORDER BY id FOR UPDATE SKIP LOCKED',
    { type: QueryTypes.SELECT, replacements: { eventIds: [...eventIds] }, transaction: tx },
  );
  return lockedEvents(rows);
}

function lockedEvents(timed: readonly TimedEventRow[]): LockedEvents {
  const last = Math.max(...timed.map(({ now }) => now.getTime()));
  return { rows: timed.map(({ now: _now, ...row }) => row), now: new Date(last) };
}

/**
 * Share-locks accounts, by id, so that they can't be deleted until the transaction ends.
 *
 * @returns those of `userIds` that have an account
 * @throws HeldAccountsError if another transaction holds one of them for longer than the lock wait
 */
export async function shareLockUsers(
  { models }: Database,
  tx: Tx,
  userIds: Iterable<number>,
): Promise<Set<number>> {
  try {
    const rows = await findRows(models.User, {
      attributes: ['id'],
      where: { id: [...userIds], deleted_at: null },
      order: [['id', 'ASC']],
      lock: tx.LOCK.SHARE,
      transaction: tx,
    });
    return new Set(rows.map(({ id }) => id));
  } catch (error) {
    throw isLockWait(error) ? new HeldAccountsError(error) : error;
  }
}

/**
 * Finds accounts whose rows other transactions hold now, share locks included. Does not wait. Locks
 * the other accounts, by id, so run it in a transaction of its own.
 */
export async function findHeldUsers(
  { models, sequelize, isSqlite }: Database,
  tx: Tx,
  userIds: readonly number[],
): Promise<Set<number>> {
  if (isSqlite || userIds.length === 0) return new Set();
  const free = await sequelize.query<Pick<UserRow, 'id'>>(
    'SELECT id FROM users WHERE id IN (:userIds) ORDER BY id FOR UPDATE SKIP LOCKED',
    { type: QueryTypes.SELECT, replacements: { userIds: [...userIds] }, transaction: tx },
  );
  const held = await findRows(models.User, {
    attributes: ['id'],
    where: { id: userIds.filter((userId) => !free.some(({ id }) => id === userId)) },
    transaction: tx,
  });
  return new Set(held.map(({ id }) => id));
}

/** Locks accounts for writing, by id. Leaves out deleted ones. */
export async function lockUsers(
  { models }: Database,
  tx: Tx,
  userIds: Iterable<number>,
): Promise<UserRow[]> {
  return findRows(models.User, {
    where: { id: [...new Set(userIds)], deleted_at: null },
    order: [['id', 'ASC']],
    lock: tx.LOCK.UPDATE,
    transaction: tx,
  });
}

/** Locks the session that a refresh token belongs to. */
export async function lockSession(
  { models }: Database,
  tx: Tx,
  family: string,
): Promise<SessionRow | undefined> {
  const [session] = await findRows(models.Session, {
    where: { family },
    lock: tx.LOCK.UPDATE,
    transaction: tx,
  });
  return session;
}
