/**
 * `npm run test:sqlmap`: lets sqlmap look for SQL injection in what requests carry, on a server and a
 * MariaDB of their own, and says what it found. Needs sqlmap (Debian: apt-get install sqlmap).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Migrator } from '../../src/database/migrator';
import { buildServer } from '../support/build-server';
import { MariadbServer } from '../support/mariadb-server';
import { ServerProcess } from '../support/server-process';
import { emptyDatabase } from '../support/test-database';

/** How many of its payloads are tried: 1 to 5. */
const LEVEL = 3;
/** Longest time for one target, in seconds. */
const TARGET_LIMIT_SECONDS = 900;
const ADMIN = { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'the admin of this one run' };

interface Target {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `*` marks a place in the path. */
  readonly path: string;
  readonly body?: object;
}

/** Every place where text of a caller's reaches a query, or looks as if it could. */
const TARGETS: readonly Target[] = [
  { method: 'POST', path: '/api/auth/login', body: { email: 'a@example.com', password: 'x' } },
  { method: 'POST', path: '/api/auth/signup', body: { email: 'b@example.com', password: 'y' } },
  { method: 'GET', path: '/api/events?limit=5&after=WzFd&status=active' },
  { method: 'GET', path: '/api/events/status/1*' },
  { method: 'POST', path: '/api/events/initialize', body: { event_name: 'x', total_tickets: 1 } },
  { method: 'PATCH', path: '/api/events/1', body: { event_name: 'x', total_tickets: 9 } },
  { method: 'POST', path: '/api/tickets/book', body: { event_id: 1, quantity: 1 } },
  { method: 'POST', path: '/api/tickets/cancel', body: { event_id: 1, quantity: 1 } },
  { method: 'GET', path: '/api/tickets?event_id=1&status=booked&limit=5&after=WzFd' },
  { method: 'GET', path: '/api/waitinglists?event_id=1&user_id=1&limit=5&after=WzEsMCwxXQ' },
  { method: 'PATCH', path: '/api/waitinglists/1/priority', body: { priority: 1, reason: 'x' } },
  { method: 'GET', path: '/api/admin/audit?event_id=1&user_id=1&action=event.create&after=WzFd' },
];

async function run(): Promise<void> {
  buildServer();
  const folder = mkdtempSync(path.join(tmpdir(), 'tickets-sqlmap-'));
  const mariadb = await MariadbServer.start();
  globalThis.TEST_DIALECT = 'mysql';
  process.env.TEST_DB_HOST = '127.0.0.1';
  process.env.TEST_DB_PORT = String(mariadb.port);
  const settings = await emptyDatabase('sqlmap');
  await new Migrator(settings).up();
  const server = await ServerProcess.start(settings, { env: ADMIN });
  try {
    const token = await logIn(server.url);
    const rows: { target: string; found: string }[] = [];
    for (const target of TARGETS) {
      const found = await probe(server.url, token, target, folder);
      console.log(`${target.method} ${target.path}: ${found}`);
      rows.push({ target: `${target.method} ${target.path}`, found });
    }
    const faults = server.log.filter(({ level }) => level === 'error');
    console.table(rows);
    console.log(`${String(faults.length)} errors in the server’s log`);
    process.exitCode =
      faults.length === 0 && rows.every(({ found }) => found === 'nothing') ? 0 : 1;
  } finally {
    await server.stop();
    await mariadb.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An admin's token: whose requests get furthest. */
async function logIn(url: string): Promise<string> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = ADMIN;
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { data } = (await response.json()) as { data: { token: string } };
  return data.token;
}

async function probe(
  url: string,
  token: string,
  { method, path: place, body }: Target,
  folder: string,
): Promise<string> {
  const sqlmap = spawn(
    'sqlmap',
    [
      ...['--batch', '--flush-session', '--disable-coloring', '--output-dir', folder],
      ...['--level', String(LEVEL), '--risk', '1', '--dbms', 'mysql', '--method', method],
      // Refusals are answers, too: their words could differ by what a query found.
      ...['--ignore-code', '*', '--url', url + place],
      ...['--headers', `Authorization: Bearer ${token}\nContent-Type: application/json`],
      // What callers say of themselves reaches no query.
      ...['--skip', 'user-agent,referer,host,cookie'],
      ...(body === undefined ? [] : ['--data', JSON.stringify(body)]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: TARGET_LIMIT_SECONDS * 1_000 },
  );
  const exited = once(sqlmap, 'exit');
  const output = await text(sqlmap.stdout);
  const [status] = (await exited) as [number | null];
  if (status === null) return 'not tried to the end';
  if (output.includes('do not appear to be injectable')) return 'nothing';
  if (/is vulnerable|injectable/.test(output)) return 'INJECTABLE';
  return `unclear (exit ${String(status)}): ${output.trim().split('\n').at(-3) ?? ''}`;
}

void run();
