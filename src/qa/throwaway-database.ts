import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import type { MysqlSettings } from '../config/config';
import { loadDatabaseSettings } from '../config/load-config';
import { dialectOptions } from '../database/mysql-options';

const PATHS = new Set(['DB_SOCKET', 'DB_SSL_CA', 'DB_PASS_FILE']);

type Variables = Readonly<Record<string, string | undefined>>;

/** A database for one test server only. */
export interface ThrowawayDatabase {
  /** An empty folder for the same server. */
  readonly folder: string;
  /** The environment variables that select the database. */
  readonly variables: Variables;
  remove(): Promise<void>;
}

/** A SQLite file or, if DB_HOST or DB_SOCKET names a server, a new database on that server. */
export async function makeThrowawayDatabase(env: Variables): Promise<ThrowawayDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tickets-qa-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  if (env.DB_HOST === undefined && env.DB_SOCKET === undefined) {
    return {
      folder,
      variables: { DB_DIALECT: 'sqlite', DB_STORAGE: path.join(folder, 'tickets.sqlite') },
      remove: removeFolder,
    };
  }
  const name = `tickets_qa_${randomBytes(4).toString('hex')}`;
  const variables: Variables = {
    DB_USER: 'root',
    ...databaseVariables(env),
    DB_DIALECT: 'mysql',
    DB_DATABASE: name,
  };
  const settings = loadDatabaseSettings(variables, folder) as MysqlSettings;
  const onServer = async (work: (connection: Connection) => Promise<unknown>): Promise<void> => {
    const { host, port, user, password } = settings;
    const connection = await createConnection({
      host,
      port,
      user,
      password,
      ...dialectOptions(settings),
    });
    try {
      await work(connection);
    } finally {
      await connection.end();
    }
  };
  try {
    await onServer((connection) => connection.query(`CREATE DATABASE ${name}`));
  } catch (error) {
    await removeFolder();
    throw error;
  }
  return {
    folder,
    variables,
    async remove() {
      await onServer((connection) => connection.query(`DROP DATABASE ${name}`));
      await removeFolder();
    },
  };
}

/** The server reads relative paths from its own folder. */
function databaseVariables(env: Variables): Variables {
  const named = Object.entries(env).filter(([name, value]) => name.startsWith('DB_') && value);
  return Object.fromEntries(
    named.map(([name, value]) => [name, PATHS.has(name) ? path.resolve(value!) : value]),
  );
}
