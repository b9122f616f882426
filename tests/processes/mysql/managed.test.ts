import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import type { MysqlSettings } from '../../../src/config/config';
import { FaultWorld, type FaultRun } from '../../support/faults/fault-world';
import { CertificateAuthority } from '../../support/servers/certificates';
import { testEngine } from '../../support/servers/database-engine';
import { DatabaseServer } from '../../support/servers/database-server';
import { runCli, ServerProcess } from '../../support/servers/server-process';
import { serverSettings } from '../../support/setup/server-settings';
import { until } from '../../support/setup/until';

const LIMIT_MS = 60_000;
/** With uppercase letters, which the server stores in lower case. */
const DATABASE = 'Tickets';
const OWNER = 'owner';
const SERVICE = 'service';
/** Every kind of sign that a shell, SQL, an URL, dotenv or a trimming reader could take for another. */
const ODD_PASSWORD = ' \'"`\\$HOME#;%41&=+@:/?*()[]{}<>|~^é€😀\t ';
/** Few, as small plans of managed services have. */
const CONNECTIONS_OF_FEW = 4;
const CLIENTS = 64;
const ENOUGH_CALLS = 400;
/** The answers that they store are larger than a megabyte together, and each smaller. */
const LARGE_BOOKINGS = 12;
const TICKETS_OF_LARGE_BOOKING = 1_000;

const COMMON_OPTIONS = [
  '--require-secure-transport=ON',
  '--default-time-zone=+05:45',
  '--character-set-server=latin1',
  '--transaction-isolation=SERIALIZABLE',
  '--max-allowed-packet=1M',
  '--sql-mode=ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,IGNORE_SPACE,HIGH_NOT_PRECEDENCE',
];
const OPTIONS = {
  mariadb: ['--innodb-force-primary-key=ON'],
  mysql: ['--sql-require-primary-key=ON', '--sql-generate-invisible-primary-key=ON'],
}[testEngine()];

/** What managed services demand or set, all at once. */
describe('a database as managed services run it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tickets-managed-'));
  const authority = new CertificateAuthority(path.join(folder, 'authority'));
  const { certificate, key } = authority.issue(['IP:127.0.0.1']);
  const tls = { DB_SSL: 'verify', DB_SSL_CA: authority.certificate };
  let database: DatabaseServer;
  let root: Connection;
  let owner: MysqlSettings;
  let service: MysqlSettings;

  beforeAll(async () => {
    database = await DatabaseServer.start({
      engine: testEngine(),
      initialOptions: ['--lower-case-table-names=1'],
      options: [`--ssl-cert=${certificate}`, `--ssl-key=${key}`, ...COMMON_OPTIONS, ...OPTIONS],
    });
    root = await createConnection({ socketPath: database.socket, user: 'root' });
    // The signs of the password are to stand for themselves.
    await root.query("SET sql_mode = ''");
    await root.query(`CREATE DATABASE ${DATABASE}`);
    for (const [user, rights] of [
      [OWNER, 'ALL'],
      [SERVICE, 'SELECT, INSERT, UPDATE, DELETE'],
    ] as const) {
      await root.query(`CREATE USER ${user}@'%' IDENTIFIED BY ? REQUIRE SSL`, [ODD_PASSWORD]);
      await root.query(`GRANT ${rights} ON ${DATABASE}.* TO ${user}@'%'`);
    }
    const common = { port: database.port, database: DATABASE, password: ODD_PASSWORD };
    owner = serverSettings({ ...common, user: OWNER });
    service = serverSettings({ ...common, user: SERVICE });
    expect(await runCli(owner, ['db:migrate'], tls)).toMatchObject({ code: 0 });
  }, LIMIT_MS);
  afterAll(async () => {
    await root.end();
    await database.stop();
    rmSync(folder, { recursive: true });
  });

  async function withWorld<T>(work: (world: FaultWorld) => Promise<T>): Promise<T> {
    const local = { ...service, user: 'root', password: '', socket: database.socket };
    const world = await FaultWorld.open(local);
    try {
      return await work(world);
    } finally {
      await world.close();
    }
  }

  async function withServer<T>(
    env: Readonly<Record<string, string>>,
    work: (server: ServerProcess) => Promise<T>,
  ): Promise<T> {
    const server = await ServerProcess.start(service, { env: { ...tls, ...env } });
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  /** All that the service may have, once its server has closed its own, which are idle. */
  async function takeAllConnections(): Promise<Connection[]> {
    await until(async () => {
      const [rows] = await root.query(
        'SELECT id FROM information_schema.processlist WHERE user = ?',
        [SERVICE],
      );
      return (rows as object[]).length === 0;
    });
    const all = Array.from({ length: CONNECTIONS_OF_FEW }, () => connectAsService());
    return Promise.all(all);
  }

  function connectAsService(): Promise<Connection> {
    const { host, port, user, password } = service;
    return createConnection({ host, port, user, password, ssl: { rejectUnauthorized: false } });
  }

  /** Sold out, with more who want tickets: bookings, joins, and tickets that pass to those who wait. */
  async function sellOut(run: FaultRun, world: FaultWorld): Promise<void> {
    await Promise.all(
      world.people.map((person) => run.history.book(person, run.eventId, { key: randomUUID() })),
    );
    await run.history.cancelHeld(world.people[0]!, run.eventId, { key: randomUUID() });
  }

  it('is served by an account that may only read and write rows, migrated by another', async () => {
    await withWorld((world) =>
      withServer({}, async (server) => {
        const run = await world.run([server.url], { events: 1, total: 10 });
        await sellOut(run, world);

        expect(await run.check()).toMatchObject({ unknown: 0, unanswered: 0 });
        expect(run.history.tally()).toMatchObject({ '201 booked': 10, '201 waitlisted': 30 });
        expect(server.log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
      }),
    );
  });

  it('stores times in UTC, whatever its own zone is', async () => {
    await withWorld((world) =>
      withServer({}, async (server) => {
        const before = Date.now();
        const run = await world.run([server.url], { events: 1, total: 1 });
        const answer = await run.history.book(world.people[0]!, run.eventId);
        const [{ createdAt }] = answer!.body.data.bookings as [{ createdAt: string }];

        expect(Date.parse(createdAt)).toBeGreaterThan(before - 2_000);
        expect(Date.parse(createdAt)).toBeLessThan(Date.now() + 2_000);
      }),
    );
  });

  it('takes batches that together are larger than max_allowed_packet', async () => {
    await withWorld((world) =>
      withServer({}, async (server) => {
        const people = world.people.slice(0, LARGE_BOOKINGS);
        const total = people.length * TICKETS_OF_LARGE_BOOKING;
        const run = await world.run([server.url], { events: 1, total });
        const answers = await Promise.all(
          people.map((person) =>
            run.history.book(person, run.eventId, {
              quantity: TICKETS_OF_LARGE_BOOKING,
              key: randomUUID(),
            }),
          ),
        );
        expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => 201));
        await run.check();
      }),
    );
  });

  it('takes every command, also with the password in a file that ends with a line break', async () => {
    const file = path.join(folder, 'password');
    writeFileSync(file, `${ODD_PASSWORD}\n`);
    const env = { ...tls, DB_PASS_FILE: file };
    const nameless = { ...owner, password: '' };

    expect(await runCli(nameless, ['db:status'], env)).toMatchObject({ code: 0 });
    expect(await runCli(nameless, ['reconcile'], env)).toMatchObject({ code: 0 });
    expect(await runCli(nameless, ['db:seed'], { ...env, NODE_ENV: 'test' })).toMatchObject({
      code: 0,
    });
    const admin = ['admin:create', "o'brien@example.com", `it's "long" enough`];
    expect(await runCli(nameless, admin, env)).toMatchObject({ code: 0 });
    expect(await runCli(nameless, ['db:migrate:undo'], env)).toMatchObject({ code: 0 });
    expect(await runCli(nameless, ['db:migrate'], env)).toMatchObject({ code: 0 });
    expect(await runCli(nameless, ['db:migrate'], tls)).toMatchObject({
      code: 1,
      output: expect.stringContaining('DB_PASS') as string,
    });
  });

  it('with no connection left, is told in one line to a command and to a server that starts', async () => {
    await root.query(`ALTER USER ${SERVICE}@'%' WITH MAX_USER_CONNECTIONS 1`);
    const only = await connectAsService();
    try {
      const { code, output } = await runCli(service, ['db:status'], tls);
      expect({ code, output }).toEqual({
        code: 1,
        output: expect.stringMatching(/^The database refuses .*max_user_conn.*DB_POOL_MAX.*\n$/),
      });
      const server = ServerProcess.spawn(service, { env: tls });
      await until(() => server.log.length > 0);
      expect(server.log[0]).toMatchObject({
        level: 'warn',
        reason: expect.stringMatching(/max_user_conn.*DB_POOL_MAX/) as string,
      });
      await only.end();
      await until(() => server.log.some(({ message }) => message.startsWith('Listening')));
      await server.stop();
    } finally {
      only.destroy();
      await root.query(`ALTER USER ${SERVICE}@'%' WITH MAX_USER_CONNECTIONS 0`);
    }
  });

  it('with too few connections, says so at start; what finds none is refused with 503, and nothing else', async () => {
    await root.query(
      `ALTER USER ${SERVICE}@'%' WITH MAX_USER_CONNECTIONS ${String(CONNECTIONS_OF_FEW)}`,
    );
    try {
      await withWorld((world) =>
        withServer({}, async (server) => {
          expect(server.log).toContainEqual(
            expect.objectContaining({ level: 'warn', allowed: CONNECTIONS_OF_FEW, wanted: 16 }),
          );
          const run = await world.run([server.url], { events: 12, total: 5 });
          const load = run.startLoad(CLIENTS);
          await until(() => run.history.calls.length > ENOUGH_CALLS);
          await load.stop();

          const faults = Object.keys(run.history.tally()).filter((name) => name.startsWith('5'));
          expect(faults.filter((name) => name !== '503 SERVICE_UNAVAILABLE')).toEqual([]);
          await run.check();

          const taken = await takeAllConnections();
          const refused = await run.history.book(world.people[0]!, run.eventId);
          await Promise.all(taken.map((connection) => connection.end()));
          expect(refused).toMatchObject({ status: 503, body: { code: 'SERVICE_UNAVAILABLE' } });
          expect(server.log).toContainEqual(
            expect.objectContaining({
              message: 'A request could not be served',
              cause: expect.stringContaining('max_user_connections') as string,
            }),
          );
        }),
      );
    } finally {
      await root.query(`ALTER USER ${SERVICE}@'%' WITH MAX_USER_CONNECTIONS 0`);
    }
  });
});
