import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { Rounds, times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { expectHealth } from '../../support/servers/health';
import { OwnDatabase } from '../../support/servers/own-database';
import { ServerProcess } from '../../support/servers/server-process';
import { expectWhole, getThrough, isDone, untilBooked } from '../../support/faults/trouble';
import { until } from '../../support/setup/until';

const CLIENTS = 24;
/** Within this time the pool closes idle connections. */
const POOL_EMPTY_LIMIT_MS = 6_000;
const START_LIMIT_MS = 60_000;
const ER_TOO_MANY_CONNECTIONS = 1040;

describe('a database in trouble', () => {
  let own: OwnDatabase;
  let server: ServerProcess;
  beforeAll(async () => {
    own = await OwnDatabase.start({ options: ['--max-connections=40'] });
    server = await ServerProcess.start(own.service);
  }, START_LIMIT_MS);
  afterAll(async () => {
    await server.stop();
    await own.stop();
  });

  const area = 'The database';

  async function untilPoolIsEmpty(): Promise<void> {
    await until(async () => (await own.serviceConnections()) === 0, POOL_EMPTY_LIMIT_MS);
  }

  survives(
    {
      area,
      fault: 'kill -9 of mariadbd under load, and a restart some seconds later',
      checked:
        '503 with Retry-After within 5 s meanwhile; live 200, ready 503; bookings succeed within 2 s of the restart; every 2xx is in the rows; no connection is left',
    },
    async () => {
      const rounds = new Rounds({ short: 1, full: 12, long: 60 });
      while (rounds.goOn()) {
        const run = await own.world.run([server.url]);
        const next = await own.world.run([server.url], { events: 1 });
        const load = run.startLoad(CLIENTS);
        const enough = 50 + Math.random() * 500;
        await until(() => run.history.calls.length > enough);
        await own.server.kill();
        const killedAt = performance.now();
        await pause(times({ short: 1_000, full: 5_000, long: 5_000 }));
        await expectHealth(server.url, { live: 200, ready: 503 });
        const since = run.history.calls.filter(({ startedAt }) => startedAt > killedAt);
        expect(since.filter(isDone)).toEqual([]);
        await own.server.restart();
        await untilBooked(next, own.world.people[0]!);
        await load.stop();
        await expectHealth(server.url, { live: 200, ready: 200 });
        await expectWhole(run);
        await own.world.settle();
        await untilPoolIsEmpty();
      }
      return rounds.done;
    },
  );

  survives(
    {
      area,
      fault: 'the database becomes read-only under load',
      checked:
        '503, nothing partial; not ready; no read comes from it; bookings succeed again within 2 s',
    },
    async () => {
      const setReadOnly = (on: 0 | 1): Promise<void> =>
        own.asRoot(async (connection) => {
          await connection.query(`SET GLOBAL read_only = ${String(on)}`);
        });
      await getThrough({
        world: own.world,
        url: server.url,
        begin: () => setReadOnly(1),
        meanwhile: () => expectHealth(server.url, { ready: 503 }),
        end: () => setReadOnly(0),
      });
      await own.world.settle();
      return 1;
    },
  );

  survives(
    {
      area,
      fault: 'the right to write one table is revoked under load',
      checked: '503, nothing partial; bookings succeed within 2 s of the grant',
    },
    async () => {
      const rights = [
        ['INSERT', 'audit_log'],
        ['INSERT', 'idempotency_keys'],
        ['UPDATE', 'events'],
      ] as const;
      const taken = rights.slice(0, times({ short: 1, full: 3, long: 3 }));
      for (const [right, table] of taken) {
        await getThrough({
          world: own.world,
          url: server.url,
          begin: () => own.setRights('REVOKE', right, table),
          end: () => own.setRights('GRANT', right, table),
        });
        await own.world.settle();
      }
      return taken.length;
    },
  );

  survives(
    {
      area,
      fault: 'all rights except reading are revoked under load, and all connections closed',
      checked: '503, nothing partial; bookings succeed within 2 s of the grants',
    },
    async () => {
      const rounds = new Rounds({ short: 1, full: 5, long: 20 });
      while (rounds.goOn()) {
        await getThrough({
          world: own.world,
          url: server.url,
          begin: () => own.takeAllRights(),
          end: () => own.giveAllRights(),
        });
        await own.world.settle();
      }
      return rounds.done;
    },
  );

  survives(
    {
      area,
      fault: 'max_connections is reached, so that no connection can be opened',
      checked:
        '503 within 5 s; live 200, ready 503; bookings succeed within 2 s of a free connection',
    },
    async () => {
      await untilPoolIsEmpty();
      const run = await own.world.run([server.url]);
      const next = await own.world.run([server.url], { events: 1 });
      // The observer's connections would make room later.
      const { database } = own.world.observer.container;
      await until(() => database.poolUse().open === 0, POOL_EMPTY_LIMIT_MS);
      const taken = await takeAllConnections();
      const load = run.startLoad(CLIENTS);
      try {
        await until(() => run.history.calls.length > CLIENTS);
        await expectHealth(server.url, { live: 200, ready: 503 });
        expect(run.history.calls.filter(isDone)).toEqual([]);
      } finally {
        await Promise.all(taken.map((connection) => connection.end()));
      }
      await untilBooked(next, own.world.people[0]!);
      await load.stop();
      await expectWhole(run);
      await own.world.settle();
      return 1;
    },
  );

  async function takeAllConnections(): Promise<Connection[]> {
    const taken: Connection[] = [];
    for (;;) {
      try {
        taken.push(await own.connect(own.service));
      } catch (error) {
        if ((error as { errno?: number }).errno === ER_TOO_MANY_CONNECTIONS) return taken;
        throw error;
      }
    }
  }
});
