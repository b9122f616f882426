import { literal, QueryTypes } from 'sequelize';
import type { Database } from './database';
import type { Tx } from './unit-of-work';

/**
 * The database's own clock, in SQL: one clock for all server processes. Unlike NOW, SYSDATE is
 * evaluated when the row is read, so after the wait for its lock.
 */
export function databaseNow(database: Database): ReturnType<typeof literal> {
  return literal(nowSql(database));
}

/** The same as text. */
export function nowSql({ isSqlite }: Database): string {
  return isSqlite ? "strftime('%Y-%m-%d %H:%M:%f +00:00', 'now')" : 'SYSDATE(3)';
}

/** SQLite returns dates of raw rows as text. */
export function asDate(value: Date | string): Date {
  return value instanceof Date ? value : new Date(value);
}

/** A time as the database stores it, for bulk inserts: Sequelize would drop the milliseconds. */
export function asSqlTimestamp({ isSqlite }: Database, moment: Date): string {
  const text = moment.toISOString().replace('T', ' ').replace('Z', '');
  return isSqlite ? `${text} +00:00` : text;
}

/** The database's time, for a transaction that takes no event lock. */
export async function readNow(database: Database, tx: Tx): Promise<Date> {
  const sql = `SELECT ${nowSql(database)} AS now`;
  const [row] = await database.sequelize.query<{ now: Date | string }>(sql, {
    type: QueryTypes.SELECT,
    transaction: tx,
  });
  if (!row) throw new Error('The database did not return its time');
  return asDate(row.now);
}
