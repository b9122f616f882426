/**
 * The only place that locks rows, and the order in which it is done: events by id, then users by id.
 * What belongs to an event (bookings, waitlist entries, keys) is guarded by the event's lock and
 * needs none of its own. On SQLite the one write transaction at a time stands for all of them.
 */
import type { EventRow } from '../models/event.model';
import type { UserRow } from '../models/user.model';
import type { Database } from './database';
import { findRows } from './find-rows';
import { databaseNow } from './timestamps';
import type { Tx } from './unit-of-work';

/** An event whose row this transaction has locked. */
export interface LockedEvent {
  readonly row: EventRow;
  /** The database's time once the lock was held. */
  readonly now: Date;
}

/** Locks one event's row for writing; null where there is no such event. */
export async function lockEvent(
  database: Database,
  tx: Tx,
  eventId: number,
): Promise<LockedEvent | null> {
  const [locked] = await lockEvents(database, tx, [eventId]);
  return locked ?? null;
}

/** Locks the rows of several events for writing, in the order of their ids. */
export async function lockEvents(
  database: Database,
  tx: Tx,
  eventIds: readonly number[],
): Promise<LockedEvent[]> {
  const rows = await findRows(database.models.Event, {
    attributes: [
      ...Object.keys(database.models.Event.getAttributes()),
      [databaseNow(database), 'now'],
    ],
    where: { id: [...eventIds] },
    order: [['id', 'ASC']],
    lock: tx.LOCK.UPDATE,
    transaction: tx,
  });
  return (rows as (EventRow & { now: Date })[]).map(({ now, ...row }) => ({ row, now }));
}

/**
 * Keeps accounts from being deleted until the transaction ends, in the order of their ids.
 *
 * @returns those of `userIds` that are accounts
 */
export async function shareLockUsers(
  { models }: Database,
  tx: Tx,
  userIds: Iterable<number>,
): Promise<Set<number>> {
  const rows = await findRows(models.User, {
    attributes: ['id'],
    where: { id: [...userIds], deleted_at: null },
    order: [['id', 'ASC']],
    lock: tx.LOCK.SHARE,
    transaction: tx,
  });
  return new Set(rows.map(({ id }) => id));
}

/** Locks accounts for writing, in the order of their ids; deleted ones are left out. */
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
