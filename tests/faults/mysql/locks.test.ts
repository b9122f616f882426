import { setTimeout as pause } from 'node:timers/promises';
import type { MysqlSettings } from '../../../src/config/config';
import { connectionShares } from '../../../src/load/connection-shares';
import { Rounds, times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld } from '../../support/faults/fault-world';
import { expectHealth } from '../../support/servers/health';
import type { RecordedCall } from '../../support/history/history';
import { Outsider } from '../../support/servers/outsider';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';
import { until } from '../../support/setup/until';

/** No answer takes longer than this. */
const ANSWER_LIMIT_MS = 5_000;
const RECOVERY_LIMIT_MS = 2_000;
const CLIENTS = 24;
/** Requests that each wait for a connection: more than the pool has. */
const READERS = 40;

describe('locks that someone else holds', () => {
  let settings: MysqlSettings;
  let world: FaultWorld;
  let server: ServerProcess;
  let outsider: Outsider;
  beforeAll(async () => {
    settings = (await emptyDatabase('faults_locks')) as MysqlSettings;
    world = await FaultWorld.open(settings);
    server = await ServerProcess.start(settings);
    outsider = await Outsider.enter(settings);
  });
  afterAll(async () => {
    await outsider.leave();
    await server.stop();
    await world.close();
  });

  const area = 'The database';
  const forMs = (): number => times({ short: 3_500, full: 60_000, long: 180_000 });
  const isDone = ({ answer }: RecordedCall): boolean => answer !== null && answer.status < 300;

  async function untilBooked(): Promise<void> {
    const run = await world.run([server.url], { events: 1 });
    await until(
      async () => (await run.history.book(world.people[0]!, run.eventId))?.status === 201,
      RECOVERY_LIMIT_MS,
    );
  }

  interface Read {
    readonly status: number;
    readonly tookMs: number;
  }

  async function listTickets(): Promise<Read> {
    const startedAt = performance.now();
    const { status } = await fetch(`${server.url}/api/tickets`, {
      headers: { Authorization: `Bearer ${world.people[0]!.token}` },
    });
    return { status, tookMs: performance.now() - startedAt };
  }

  /** Reads again and again until it is over. */
  async function readUntil(isOver: () => boolean): Promise<Read[]> {
    const reads = [];
    do reads.push(await listTickets());
    while (!isOver());
    return reads;
  }

  /** Connections of the server that wait for the locked tables. */
  async function connectionsInUse(): Promise<number> {
    const [rows] = await outsider.session.query(
      `SELECT COUNT(*) AS busy FROM information_schema.processlist
       WHERE db = DATABASE() AND state LIKE 'Waiting for table metadata lock'`,
    );
    return (rows as { busy: number }[])[0]!.busy;
  }

  survives(
    {
      area,
      fault: 'another session holds the lock of an event for a long time',
      checked:
        '503 within 5 s for this event, the others go on; no transaction is left open in the database; bookings succeed within 2 s of the release',
    },
    async () => {
      const run = await world.run([server.url], { events: 3, total: 400 });
      const held = await run.addEvent(400);
      await outsider.lockEvents([held]);
      const load = run.startLoad(CLIENTS);
      await pause(forMs());
      const ofHeld = (): RecordedCall[] =>
        run.history.calls.filter(({ eventId }) => eventId === held);
      await until(() => ofHeld().length > CLIENTS);
      await expectHealth(server.url, { live: 200, ready: 200 });
      await load.stop();
      // Only the outsider's own.
      await until(async () => (await world.openTransactions()) === 1, ANSWER_LIMIT_MS);
      await outsider.session.rollback();

      const ofOthers = run.history.calls.filter(({ eventId }) => eventId !== held);
      for (const { answer } of ofHeld()) {
        expect([answer?.status, answer?.body.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      }
      expect(ofOthers.filter(({ answer }) => answer?.status === 503)).toEqual([]);
      expect(ofOthers.filter(isDone).length).toBeGreaterThan(CLIENTS);
      expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);

      await until(
        async () => (await run.history.book(world.people[0]!, held))?.status === 201,
        RECOVERY_LIMIT_MS,
      );
      await world.settle();
      await run.check();
      return 1;
    },
  );

  survives(
    {
      area,
      fault:
        'a whole table is locked, as by an ALTER, so that every share of the connections is taken',
      checked:
        '503 within 5 s, none hangs; live and ready 200; no transaction is left open; bookings succeed within 2 s of the release',
    },
    async () => {
      const rounds = new Rounds({ short: 1, full: 5, long: 20 });
      while (rounds.goOn()) {
        const run = await world.run([server.url], { events: 30, total: 20 });
        const load = run.startLoad(64);
        await until(() => run.history.calls.filter(isDone).length > 50);
        await outsider.session.query('LOCK TABLES events WRITE, bookings WRITE');
        // A request that times out releases its connection, and the next one takes it.
        let isOver = false;
        const readers = Array.from({ length: READERS }, () => readUntil(() => isOver));
        const { batches } = connectionShares(settings.poolMax);
        await until(async () => (await connectionsInUse()) >= batches, ANSWER_LIMIT_MS);
        // Health checks have a connection of their own.
        await expectHealth(server.url, { live: 200, ready: 200 });
        isOver = true;
        const reads = (await Promise.all(readers)).flat();
        expect(reads.length).toBeGreaterThanOrEqual(READERS);
        for (const { status, tookMs } of reads) {
          expect(status).toBe(503);
          expect(tookMs).toBeLessThan(ANSWER_LIMIT_MS);
        }
        await pause(times({ short: 1_000, full: 8_000, long: 20_000 }));
        await outsider.session.query('UNLOCK TABLES');
        await untilBooked();
        await load.stop();
        await run.history.repeatKeyed();
        await world.settle();
        await expectHealth(server.url, { live: 200, ready: 200 });
        expect(run.history.tally()['no answer']).toBeUndefined();
        expect(run.history.tally()['500 INTERNAL_ERROR']).toBeUndefined();
        expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
        await run.check();
      }
      return rounds.done;
    },
  );
});
