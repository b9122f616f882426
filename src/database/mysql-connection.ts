import type { Socket } from 'node:net';
import type { Connection } from 'mysql2';
import type { MysqlSettings } from '../config/config';
import { SilentServerError } from './fault-kind';
import { openStream } from './mysql-options';
import type { ServerNode } from './server-node';

/**
 * How long the server may stay silent while it owes a response. Longer than a lock wait and a slow
 * commit, shorter than the time a caller waits.
 */
const SILENCE_LIMIT_MS = 3_000;
/** The pool closes idle connections before the silence limit, because their silence is no fault. */
export const IDLE_LIMIT_MS = 2_000;
/** How long a statement waits for a row or table lock. InnoDB accepts whole seconds only. */
const LOCK_WAIT_SECONDS = 1;
/** When the server closes an idle connection, which releases the locks of a vanished client. */
const ABANDONED_AFTER_SECONDS = 15;

/**
 * Opens a socket that breaks when the server stops responding. Neither mysql2 nor Sequelize notices
 * a peer that stops responding without closing; a broken socket fails everything that waits for it.
 */
export function openSocket(settings: MysqlSettings): Socket {
  const socket = openStream(settings);
  socket.setTimeout(SILENCE_LIMIT_MS, () => {
    socket.destroy(new SilentServerError(SILENCE_LIMIT_MS));
  });
  return socket;
}

/** Fails what a connection waits for, and the connection with it. */
export function breakConnection(connection: object, error: Error): void {
  (connection as { stream: Socket }).stream.destroy(error);
}

/** Refuses values that do not fit, and reads texts as the driver escapes them. */
const SQL_MODE = 'TRADITIONAL';

/** Sets what the operator's commands rely on, with every mode of the server. */
export async function prepareMaintenanceSession(connection: Connection): Promise<void> {
  await connection.promise().query(`SET SESSION sql_mode = '${SQL_MODE}'`);
}

/**
 * Sets what every serving connection relies on: READ COMMITTED, so that each read under the event's
 * lock sees everything committed before it; short waits; and no silently truncated values. On Galera
 * each read first waits for what other nodes have committed.
 */
export async function prepareSession(connection: Connection, node: ServerNode): Promise<void> {
  const session = connection.promise();
  await session.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  await session.query(
    `SET SESSION sql_mode = '${SQL_MODE}', ` +
      `innodb_lock_wait_timeout = ${String(LOCK_WAIT_SECONDS)}, ` +
      `lock_wait_timeout = ${String(LOCK_WAIT_SECONDS)}, ` +
      `wait_timeout = ${String(ABANDONED_AFTER_SECONDS)}` +
      (node.isGalera ? ', wsrep_sync_wait = @@global.wsrep_sync_wait | 1' : ''),
  );
}
