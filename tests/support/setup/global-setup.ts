import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildServer } from './build-server';
import { mysqlSettings } from './test-database';
import { createConnection } from 'mysql2/promise';
import { testEngine } from '../servers/database-engine';
import { DatabaseServer } from '../servers/database-server';

/** What the set-up passes to the tear-down. */
export const started: { database?: DatabaseServer; folder?: string } = {};

/**
 * Prepares what the tests need: the compiled server for those that run it as a process, a private
 * MariaDB or MySQL unless `TEST_DB_HOST` names a server, and a folder for SQLite files.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.TEST_WITHOUT_BUILD !== 'true') buildServer();
  started.folder = mkdtempSync(path.join(tmpdir(), 'tickets-tests-'));
  process.env.TEST_FOLDER = started.folder;
  if (process.env.TEST_HAS_MYSQL !== 'true') return;
  if (process.env.TEST_DB_HOST === undefined) {
    started.database = await DatabaseServer.start({ engine: testEngine() });
    process.env.TEST_DB_HOST = '127.0.0.1';
    process.env.TEST_DB_PORT = String(started.database.port);
    process.env.TEST_DB_USER = 'root';
    process.env.TEST_DB_PASS = '';
  }
  process.env.TEST_DB_VERSION = await serverVersion();
}

/** What what-ran.mjs tells at the end. */
async function serverVersion(): Promise<string> {
  const { host, port, user, password } = mysqlSettings('mysql');
  const connection = await createConnection({ host, port, user, password });
  const [rows] = await connection.query('SELECT VERSION() AS version');
  await connection.end();
  const { version } = (rows as { version: string }[])[0]!;
  return /^([\d.]+)-MariaDB/.test(version)
    ? `MariaDB ${version.split('-')[0]!}`
    : `MySQL ${version.split('-')[0]!}`;
}
