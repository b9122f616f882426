import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';

type Variables = Readonly<Record<string, string | undefined>>;

/** A database for one test server only. */
export interface ThrowawayDatabase {
  /** An empty folder for the same server. */
  readonly folder: string;
  /** The environment variables that select the database. */
  readonly variables: Variables;
  remove(): Promise<void>;
}

/** A SQLite file or, if DB_HOST names a server, a new database on that server. */
export async function makeThrowawayDatabase(env: Variables): Promise<ThrowawayDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tickets-qa-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  if (env.DB_HOST === undefined) {
    return {
      folder,
      variables: { DB_DIALECT: 'sqlite', DB_STORAGE: path.join(folder, 'tickets.sqlite') },
      remove: removeFolder,
    };
  }
  const { DB_HOST, DB_PORT = '3306', DB_USER = 'root', DB_PASS = '' } = env;
  const name = `tickets_qa_${randomBytes(4).toString('hex')}`;
  const onServer = async (work: (connection: Connection) => Promise<unknown>): Promise<void> => {
    const connection = await createConnection({
      host: DB_HOST,
      port: Number(DB_PORT),
      user: DB_USER,
      password: DB_PASS,
    });
    try {
      await work(connection);
    } finally {
      await connection.end();
    }
  };
  await onServer((connection) => connection.query(`CREATE DATABASE ${name}`));
  return {
    folder,
    variables: { DB_DIALECT: 'mysql', DB_HOST, DB_PORT, DB_USER, DB_PASS, DB_DATABASE: name },
    async remove() {
      await onServer((connection) => connection.query(`DROP DATABASE ${name}`));
      await removeFolder();
    },
  };
}
