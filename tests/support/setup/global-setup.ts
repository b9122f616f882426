import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildServer } from './build-server';
import { MariadbServer } from '../servers/mariadb-server';

/** What the set-up passes to the tear-down. */
export const started: { mariadb?: MariadbServer; folder?: string } = {};

/**
 * Prepares what the tests need: the compiled server for those that run it as a process, a private
 * MariaDB unless `TEST_DB_HOST` names a server, and a folder for SQLite files.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.TEST_WITHOUT_BUILD !== 'true') buildServer();
  started.folder = mkdtempSync(path.join(tmpdir(), 'tickets-tests-'));
  process.env.TEST_FOLDER = started.folder;
  if (process.env.TEST_DB_HOST !== undefined || process.env.TEST_HAS_MYSQL !== 'true') return;
  started.mariadb = await MariadbServer.start();
  process.env.TEST_DB_HOST = '127.0.0.1';
  process.env.TEST_DB_PORT = String(started.mariadb.port);
  process.env.TEST_DB_USER = 'root';
  process.env.TEST_DB_PASS = '';
}
