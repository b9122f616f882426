/**
 * `npm run test:fuzz`: any number of requests to a private MariaDB, with a report.
 *
 *   --requests 1000000   how many
 *   --seed 7             the same requests again
 *   --skip 250000        skip so many
 *   --minutes 30         begin no request after that time
 *   --database sqlite    on SQLite instead; leaves the report as it is
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { DatabaseSettings } from '../../src/config/config';
import { DatabaseServer } from '../support/servers/database-server';
import { buildServer } from '../support/setup/build-server';
import { emptyDatabase } from '../support/setup/test-database';
import { fuzz } from './fuzzer';
import { writeReport } from './report';

const MS_PER_MINUTE = 60_000;
const LANES = 16;
const PROGRESS_EVERY = 10_000;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    skip: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '600' },
    database: { type: 'string', default: 'mariadb' },
  },
});

async function run(): Promise<void> {
  buildServer();
  const folder = mkdtempSync(path.join(tmpdir(), 'tickets-fuzz-'));
  const mariadb = values.database === 'sqlite' ? undefined : await DatabaseServer.start();
  try {
    const report = await fuzz(await settingsOf(folder, mariadb), {
      requests: Number(values.requests),
      seed: Number(values.seed),
      skip: Number(values.skip),
      limitMs: Number(values.minutes) * MS_PER_MINUTE,
      lanes: LANES,
      onProgress: (done) => {
        if (done % PROGRESS_EVERY === 0) console.log(`${String(done)} (seed ${values.seed})`);
      },
    });
    console.log(JSON.stringify(report, null, 2));
    if (mariadb) writeReport(report);
    const { server, findings } = report;
    const isWhole = server.exit.code === 0 && server.errors.length === 0 && !server.polluted;
    process.exitCode = findings.length === 0 && isWhole ? 0 : 1;
  } finally {
    await mariadb?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function settingsOf(
  folder: string,
  mariadb: DatabaseServer | undefined,
): Promise<DatabaseSettings> {
  globalThis.TEST_DIALECT = mariadb ? 'mysql' : 'sqlite';
  process.env.TEST_FOLDER = folder;
  process.env.TEST_DB_HOST = '127.0.0.1';
  process.env.TEST_DB_PORT = String(mariadb?.port);
  process.env.TEST_DB_USER = 'root';
  process.env.TEST_DB_PASS = '';
  return emptyDatabase('fuzz');
}

run().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
