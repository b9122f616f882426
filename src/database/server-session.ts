import type { Connection, RowDataPacket } from 'mysql2';
import type { ServerNode } from './server-node';

/** A connection as its server knows it: enough to tell it from any other connection of any server. */
export interface ServerSession {
  readonly node: ServerNode;
  /** Only unique on its server, and only until that server restarts. */
  readonly threadId: number;
  /** The client's address and port, as the server sees them. */
  readonly client: string;
  /** A time, on the `performance.now()` clock, at which it was alive. */
  readonly madeAt: number;
}

const SESSIONS = new WeakMap<object, ServerSession>();

/** What is known of a connection since it was made; undefined for one of a maintenance task. */
export function sessionOf(connection: object): ServerSession | undefined {
  return SESSIONS.get(connection);
}

/** Asks the server how it knows this connection, and remembers the answer. */
export async function rememberSession(connection: Connection, node: ServerNode): Promise<void> {
  const [[row]] = await connection
    .promise()
    .query<RowDataPacket[]>(
      'SELECT id, host FROM information_schema.processlist WHERE id = CONNECTION_ID()',
    );
  SESSIONS.set(connection, {
    node,
    threadId: Number(row?.id),
    client: String(row?.host),
    madeAt: performance.now(),
  });
}

/**
 * Kills a session through another connection.
 *
 * @returns whether the session is gone; false if the connection leads to another server
 */
export async function killSession(killer: Connection, session: ServerSession): Promise<boolean> {
  if (sessionOf(killer)?.node.id !== session.node.id) return false;
  const { threadId, client, madeAt } = session;
  const query = killer.promise();
  const [[status]] = await query.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Uptime'");
  // After a restart of the server, the thread id may belong to another client.
  if (Number(status?.Value) * 1_000 < performance.now() - madeAt) return true;
  const [rows] = await query.query<RowDataPacket[]>(
    `SELECT id FROM information_schema.processlist
     WHERE id = ? AND host = ? AND user = SUBSTRING_INDEX(USER(), '@', 1)`,
    [threadId, client],
  );
  if (rows.length > 0) await query.query(`KILL ${String(threadId)}`);
  return true;
}
