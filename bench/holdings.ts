/**
 * `npm run bench:holdings`: what one person's many tickets cost everyone else. For each number of
 * tickets and each act: the answer, how long it took, the server's peak memory, the longest turn of
 * its event loop, and what happened to bookings of the same and of another event meanwhile.
 *
 *   npm run bench:holdings -- 1000 130000      only these numbers of tickets
 */
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { QueryTypes } from 'sequelize';
import { Tokens } from '../src/auth/tokens';
import { loadConfig } from '../src/config/load-config';
import { openMaintenanceDatabase, type Database } from '../src/database/database';
import { Migrator } from '../src/database/migrator';
import { serverSettings } from '../tests/support/setup/server-settings';
import { DatabaseServer } from '../tests/support/servers/database-server';
import { databaseVariables, ServerProcess } from '../tests/support/servers/server-process';
import { buildServer } from '../tests/support/setup/build-server';
import { TEST_SECRET } from '../tests/support/setup/test-config';

const DEFAULT_TICKETS = [1, 1_000, 130_000, 1_000_000];
/** People who wait for the event whose tickets are given back. */
const WAITING = 1_000;
const NEIGHBOURS_AT_OTHER_EVENT = 4;
const NEIGHBOURS_AT_SAME_EVENT = 2;
const MB = 1_048_576;

interface Neighbours {
  worstMs: number;
  answered: number;
  refused: number;
}

interface Scene {
  readonly database: Database;
  readonly url: string;
  readonly tokenOf: (userId: number) => string;
}

const ACTS: Readonly<
  Record<
    string,
    (scene: Scene, eventId: number, holder: number, tickets: number) => Promise<Response>
  >
> = {
  'give back, no key': ({ url, tokenOf }, event_id, holder) =>
    call(url, 'POST', '/api/tickets/cancel', tokenOf(holder), { event_id }),
  'give back, with a key': ({ url, tokenOf }, event_id, holder) =>
    call(url, 'POST', '/api/tickets/cancel', tokenOf(holder), { event_id }, 'a-key'),
  'delete the account': ({ url, tokenOf }, _eventId, holder) =>
    call(url, 'DELETE', `/api/users/${String(holder)}`, tokenOf(holder)),
  'cancel the event': ({ url, tokenOf }, eventId) =>
    call(url, 'POST', `/api/events/${String(eventId)}/cancel`, tokenOf(ORGANIZER), {}),
  'add as many tickets': ({ url, tokenOf }, eventId, _holder, tickets) =>
    call(url, 'PATCH', `/api/events/${String(eventId)}`, tokenOf(ORGANIZER), {
      total_tickets: Math.min(1_000_000, 2 * tickets),
    }),
};

const ORGANIZER = 1;
const FIRST_WAITING = 100;
const FIRST_HOLDER = 10_000;

async function main(): Promise<void> {
  const chosen = process.argv.slice(2).map(Number);
  buildServer();
  const mariadb = await DatabaseServer.start({ options: ['--innodb-buffer-pool-size=1G'] });
  try {
    const settings = serverSettings({ port: mariadb.port, database: 'holdings' });
    const session = await createConnection({ host: '127.0.0.1', port: mariadb.port, user: 'root' });
    await session.query('CREATE DATABASE holdings');
    await session.end();
    await new Migrator(settings).up();
    const database = openMaintenanceDatabase(settings);
    const { auth } = loadConfig({ SECRET_KEY: TEST_SECRET, ...databaseVariables(settings) });
    const tokens = new Tokens(auth);
    const tokenOf = (userId: number): string =>
      tokens.issue({ userId, version: 0, authTime: null });
    await makePeople(database);
    const rows: object[] = [];
    let run = 0;
    for (const tickets of chosen.length > 0 ? chosen : DEFAULT_TICKETS) {
      for (const [act, perform] of Object.entries(ACTS)) {
        run += 1;
        const holder = FIRST_HOLDER + run;
        const eventId = await makeHeldEvent(database, holder, tickets);
        const otherId = await makeEvent(database, 1_000_000);
        const server = await ServerProcess.start(settings, {
          env: { LOG_LEVEL: 'info' },
          onLine: () => false,
        });
        const scene = { database, url: server.url, tokenOf };
        rows.push({
          tickets,
          act,
          ...(await measure(scene, server, perform, { eventId, otherId, holder, tickets })),
        });
        await server.stop();
        console.log(JSON.stringify(rows.at(-1)));
      }
    }
    console.table(rows);
    await database.close();
  } finally {
    await mariadb.stop();
  }
}

async function measure(
  scene: Scene,
  server: ServerProcess,
  perform: (typeof ACTS)[string],
  {
    eventId,
    otherId,
    holder,
    tickets,
  }: Record<'eventId' | 'otherId' | 'holder' | 'tickets', number>,
): Promise<object> {
  const stop = { isDue: false };
  const other: Neighbours = { worstMs: 0, answered: 0, refused: 0 };
  const same: Neighbours = { worstMs: 0, answered: 0, refused: 0 };
  const people = (count: number, from: number): number[] =>
    Array.from({ length: count }, (_, index) => from + index);
  const loops = [
    ...people(NEIGHBOURS_AT_OTHER_EVENT, 10).map((id) => bookOn(scene, otherId, id, other, stop)),
    ...people(NEIGHBOURS_AT_SAME_EVENT, 30).map((id) => bookOn(scene, eventId, id, same, stop)),
  ];
  await new Promise((resolve) => setTimeout(resolve, 500));
  const quietWorst = other.worstMs;
  other.worstMs = 0;
  await longestTurn(server);
  const startedAt = performance.now();
  const response = await perform(scene, eventId, holder, tickets);
  const body = await response.text();
  const seconds = (performance.now() - startedAt) / 1_000;
  const turn = await longestTurn(server);
  stop.isDue = true;
  await Promise.all(loops);
  return {
    status: response.status,
    seconds: seconds.toFixed(2),
    'answer KB': (body.length / 1_024).toFixed(0),
    'peak MB': (peakMemory(server.processId) / MB).toFixed(0),
    'longest turn ms': turn.toFixed(0),
    'other event: quiet ms': quietWorst.toFixed(0),
    'worst ms': other.worstMs.toFixed(0),
    refused: other.refused,
    'same event: worst ms': same.worstMs.toFixed(0),
    'refused ': same.refused,
  };
}

/** Books one ticket after the other and notes the worst answer. */
async function bookOn(
  { url, tokenOf }: Scene,
  event_id: number,
  userId: number,
  seen: Neighbours,
  stop: { readonly isDue: boolean },
): Promise<void> {
  while (!stop.isDue) {
    const startedAt = performance.now();
    const response = await call(url, 'POST', '/api/tickets/book', tokenOf(userId), { event_id });
    await response.arrayBuffer();
    seen.worstMs = Math.max(seen.worstMs, performance.now() - startedAt);
    seen.answered += 1;
    if (response.status >= 500) seen.refused += 1;
    // Refused for good, such as on a cancelled event.
    if (response.status >= 400 && response.status < 500) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function call(
  url: string,
  method: string,
  path: string,
  token: string,
  body?: object,
  key?: string,
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Milliseconds, since this was last asked. */
async function longestTurn(server: ServerProcess): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const seconds = /^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(metrics)?.[1];
  return Number(seconds ?? NaN) * 1_000;
}

function peakMemory(processId: number): number {
  const status = readFileSync(`/proc/${String(processId)}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1_024;
}

async function makePeople({ sequelize }: Database): Promise<void> {
  const ids = [
    ...Array.from({ length: FIRST_WAITING + WAITING }, (_, index) => index + 1),
    ...Array.from({ length: 100 }, (_, index) => FIRST_HOLDER + index),
  ];
  const rows = ids.map(
    (id) => `(${String(id)}, 'p${String(id)}@example.com', 'x', 'user', 0, NOW(), NOW())`,
  );
  await sequelize.query(
    `INSERT INTO users (id, email, password, role, token_version, createdAt, updatedAt) VALUES ${rows.join(', ')}`,
  );
}

async function makeEvent({ sequelize }: Database, tickets: number): Promise<number> {
  const [id] = await sequelize.query(
    `INSERT INTO events (event_name, total_tickets, available_tickets, status, organizer_id, version,
       next_ticket_no, next_queue_no, queue_counted_version, createdAt, updatedAt)
     VALUES (UUID(), ${String(tickets)}, ${String(tickets)}, 'active', ${String(ORGANIZER)}, 0, 1, 1, 0, NOW(), NOW())`,
    { type: QueryTypes.INSERT },
  );
  return id;
}

/** One person holds all tickets; others wait for one each. */
async function makeHeldEvent(database: Database, holder: number, tickets: number): Promise<number> {
  const { sequelize } = database;
  const id = await makeEvent(database, tickets);
  await sequelize.query(
    `INSERT INTO bookings (event_id, ticket_no, user_id, booked_by, status, createdAt, updatedAt)
     SELECT ${String(id)}, seq, ${String(holder)}, ${String(holder)}, 'booked', NOW(), NOW() FROM seq_1_to_${String(tickets)}`,
  );
  await sequelize.query(
    `INSERT INTO waitlists (event_id, user_id, requested_by, quantity, priority, queue_no, createdAt, updatedAt)
     SELECT ${String(id)}, ${String(FIRST_WAITING)} + seq, ${String(FIRST_WAITING)} + seq, 1, 0, seq, NOW(), NOW() FROM seq_1_to_${String(WAITING)}`,
  );
  await sequelize.query(
    `UPDATE events SET available_tickets = 0, next_ticket_no = ${String(tickets + 1)}, version = 1,
       queue_counted_version = NULL, waitlist_count = ${String(WAITING)},
       waitlist_tickets = ${String(WAITING)}, next_queue_no = ${String(WAITING + 1)} WHERE id = ${String(id)}`,
  );
  return id;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
