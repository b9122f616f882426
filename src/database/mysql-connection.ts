import { connect, type Socket } from 'node:net';
import type { Connection } from 'mysql2';
import type { MysqlSettings } from '../config/config';

/** How long connecting may take. */
export const CONNECT_TIMEOUT_MS = 1_000;
/**
 * How long the server may say nothing while it owes an answer. Longer than a lock wait and a slow
 * commit, shorter than the time a caller is willing to wait.
 */
const SILENCE_LIMIT_MS = 3_000;
/** A pooled connection goes before its silence, which then means nothing, is held against it. */
export const IDLE_LIMIT_MS = 2_000;
/** How long a statement waits for a row's or a table's lock; InnoDB knows whole seconds only. */
const LOCK_WAIT_SECONDS = 1;
/** When the server ends a connection that sent nothing: frees what a vanished client had locked. */
const ABANDONED_AFTER_SECONDS = 15;

/**
 * A socket that breaks when the server falls silent. Neither mysql2 nor Sequelize would notice a
 * peer that stops answering without closing; a broken socket fails whatever waits for an answer.
 */
export function openSocket({ host, port }: Pick<MysqlSettings, 'host' | 'port'>): Socket {
  const socket = connect(port, host);
  socket.setNoDelay(true);
  socket.setTimeout(SILENCE_LIMIT_MS, () => {
    const error = new Error(`The database was silent for ${String(SILENCE_LIMIT_MS)} ms`);
    socket.destroy(Object.assign(error, { code: 'PROTOCOL_CONNECTION_LOST' }));
  });
  return socket;
}

/**
 * Sets what every serving connection relies on: READ COMMITTED, so that each read under the event's
 * lock sees all that was committed before it; short waits; and no silently cut values.
 */
export async function prepareSession(connection: Connection): Promise<void> {
  const session = connection.promise();
  try {
    await session.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await session.query(
      "SET SESSION sql_mode = 'TRADITIONAL', " +
        `innodb_lock_wait_timeout = ${String(LOCK_WAIT_SECONDS)}, ` +
        `lock_wait_timeout = ${String(LOCK_WAIT_SECONDS)}, ` +
        `wait_timeout = ${String(ABANDONED_AFTER_SECONDS)}`,
    );
  } catch (error) {
    // The pool does not know it yet, so nobody else would close it.
    connection.destroy();
    throw error;
  }
}
