import { setTimeout as pause } from 'node:timers/promises';
import type { MysqlSettings } from '../../../src/config/config';
import { FaultProxy, PASS, type Weather } from '../../support/faults/fault-proxy';
import { Rounds, times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld } from '../../support/faults/fault-world';
import { expectHealth } from '../../support/servers/health';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';
import { until } from '../../support/setup/until';

/** No answer takes longer than this. */
const ANSWER_LIMIT_MS = 5_000;
/** How soon bookings succeed again after a fault. */
const RECOVERY_LIMIT_MS = 2_000;

describe('a bad network to the database', () => {
  let world: FaultWorld;
  let proxy: FaultProxy;
  let server: ServerProcess;
  beforeAll(async () => {
    const settings = (await emptyDatabase('faults_network')) as MysqlSettings;
    world = await FaultWorld.open(settings);
    proxy = await FaultProxy.start(settings.port);
    server = await ServerProcess.start({ ...settings, host: '127.0.0.1', port: proxy.port });
  });
  afterEach(() => {
    proxy.heal();
  });
  afterAll(async () => {
    await server.stop();
    await proxy.close();
    await world.close();
  });

  /** Load under this weather, then without; all answers must be true. */
  async function weather(weather: Weather, forMs: number): Promise<number> {
    const run = await world.run([server.url]);
    const load = run.startLoad(16);
    proxy.weather = weather;
    await pause(forMs);
    proxy.heal();
    await untilBooked();
    await load.stop();
    await run.history.repeatKeyed();
    await world.settle();
    expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
    return (await run.check()).effects;
  }

  /** Waits until bookings succeed again; on a separate event, so that its queue is empty. */
  async function untilBooked(): Promise<void> {
    const run = await world.run([server.url], { events: 1 });
    await until(
      async () => (await run.history.book(world.people[0]!, run.eventId))?.status === 201,
      RECOVERY_LIMIT_MS,
    );
  }

  const area = 'The network to the database';
  const forMs = (): number => times({ short: 600, full: 15_000, long: 60_000 });

  for (const [fault, sky] of [
    ['everything in pieces of one byte', { sliceBytes: 1 }],
    ['half a second of latency, with jitter', { latencyMs: 20, jitterMs: 500 }],
    ['10 KB/s', { bytesPerSecond: 10_000 }],
  ] as const) {
    survives(
      { area, fault, checked: 'correct answers or 503, none later than 5 s; linearizable' },
      async () => {
        await weather(sky, forMs());
        return 1;
      },
    );
  }

  survives(
    {
      area,
      fault: 'reset in the middle of an answer, after a random number of bytes',
      checked:
        'correct answers or 503; every key has one outcome; bookings succeed again within 2 s',
    },
    async () => {
      const rounds = new Rounds({ short: 2, full: 30, long: 200 });
      while (rounds.goOn()) {
        await weather({ resetAfterBytes: 200 + Math.floor(Math.random() * 20_000) }, 400);
      }
      return rounds.done;
    },
  );

  survives(
    {
      area,
      fault: 'all connections reset at a random moment under load',
      checked:
        'correct answers or 503; every key has one outcome; bookings succeed again within 2 s',
    },
    async () => {
      const resets = times({ short: 10, full: 200, long: 2_000 });
      let done = 0;
      while (done < resets) {
        const run = await world.run([server.url]);
        const load = run.startLoad(16);
        for (let reset = 0; reset < 10; reset += 1, done += 1) {
          await pause(Math.random() * 100);
          proxy.resetAll();
        }
        await untilBooked();
        await load.stop();
        await run.history.repeatKeyed();
        await world.settle();
        await run.check();
      }
      return done;
    },
  );

  survives(
    {
      area,
      fault: 'a silent database: packets are dropped without an error',
      checked:
        '503 within 5 s; live 200, ready 503; recovers by itself within 2 s; no lock is left',
    },
    async () => {
      const rounds = new Rounds({ short: 1, full: 5, long: 40 });
      while (rounds.goOn()) {
        const run = await world.run([server.url]);
        const load = run.startLoad(16);
        await until(() => run.history.calls.length > 50);
        proxy.weather = { isSilent: true };
        await expectHealth(server.url, { live: 200, ready: 503 });
        await pause(4_000);
        proxy.heal();
        await untilBooked();
        await load.stop();
        await run.history.repeatKeyed();
        await world.settle();
        await expectHealth(server.url, { live: 200, ready: 200 });
        expect(run.history.tally()['no answer']).toBeUndefined();
        expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
        await run.check();
      }
      return rounds.done;
    },
  );

  survives(
    {
      area,
      fault: 'silence in the middle of a transaction',
      checked: '503 within 5 s; its lock is released in the database; the event goes on',
    },
    async () => {
      const rounds = new Rounds({ short: 1, full: 10, long: 50 });
      while (rounds.goOn()) {
        const run = await world.run([server.url], { events: 1 });
        let isArmed = true;
        proxy.judge = (sql) => {
          if (!isArmed || !sql.startsWith('INSERT INTO `bookings`')) return PASS;
          isArmed = false;
          return { kind: 'silence' };
        };
        const lost = await run.history.book(world.people[0]!, run.eventId);
        expect([lost?.status, lost?.body.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
        await world.settle();
        const next = await run.history.book(world.people[1]!, run.eventId);
        expect(next?.body.data.bookings[0].ticket_no).toBe(1);
        expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
        await run.check();
      }
      return rounds.done;
    },
  );
});
