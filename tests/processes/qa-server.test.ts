import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { mysqlSettings } from '../support/setup/test-database';

const EXAMPLE = 'docs/qa/booking.test.mjs';
const SERVER = 'dist/qa/server.js';
/** It starts three processes next to other tests. */
const LIMIT_MS = 60_000;

describe('npm run qa:server', () => {
  let folder: string;
  let server: ChildProcess;
  beforeAll(() => {
    // For temporary files, to check that none are left.
    folder = mkdtempSync(path.join(tmpdir(), 'tickets-qa-test-'));
    server = spawn(process.execPath, [SERVER], {
      env: { PATH: process.env.PATH, PORT: '0', TMPDIR: folder, ...databaseVariables() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  });
  afterAll(() => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it(
    'serves what the suite of the guide needs, and leaves nothing behind',
    async () => {
      const file = path.join(folder, 'qa.env');
      writeFileSync(file, (await readyLines(server)).join('\n'));

      const { stdout } = await promisify(execFile)(process.execPath, [
        `--env-file=${file}`,
        '--test',
        '--test-reporter=tap',
        EXAMPLE,
      ]);

      expect(stdout).toMatch(/^# pass 4$/m);
      expect(stdout).toMatch(/^# fail 0$/m);
      expect(await throwawayDatabases(folder)).toHaveLength(1);
      const exited = once(server, 'exit');
      server.kill('SIGINT');
      expect(await exited).toEqual([0, null]);
      expect(await throwawayDatabases(folder)).toEqual([]);
      expect(readdirSync(folder).filter(isThrowaway)).toEqual([]);
    },
    LIMIT_MS,
  );
});

function databaseVariables(): Record<string, string> {
  if (globalThis.TEST_DIALECT === 'sqlite') return {};
  const { host, port, user, password } = mysqlSettings('');
  return { DB_HOST: host, DB_PORT: String(port), DB_USER: user, DB_PASS: password };
}

/** The lines that it prints until it is ready. */
async function readyLines({ stdout }: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface(stdout!)) {
    lines.push(line);
    if (line.startsWith('# Ready')) return lines;
  }
  throw new Error(`It ended:\n${lines.join('\n')}`);
}

function isThrowaway(name: string): boolean {
  return name.startsWith('tickets-qa-');
}

/** Folders or, on MySQL, databases. */
async function throwawayDatabases(folder: string): Promise<string[]> {
  if (globalThis.TEST_DIALECT === 'sqlite') {
    return readdirSync(folder).filter(isThrowaway);
  }
  const { host, port, user, password } = mysqlSettings('');
  const connection = await createConnection({ host, port, user, password });
  const [rows] = await connection.query("SHOW DATABASES LIKE 'tickets\\_qa\\_%'");
  await connection.end();
  return (rows as object[]).map((row) => String(Object.values(row)[0]));
}
