import { setTimeout as pause } from 'node:timers/promises';
import type { MysqlSettings } from '../../../src/config/config';
import { Rounds } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld } from '../../support/faults/fault-world';
import { Outsider } from '../../support/servers/outsider';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';
import { until } from '../../support/setup/until';

/** Maximum time of load before a signal. */
const LOAD_MAX_MS = 600;
/** What a supervisor must be able to rely on. */
const STOP_LIMIT_MS = 10_000;

function isRefused({ cause }: { readonly cause?: { readonly code?: string } }): boolean {
  return cause?.code === 'ECONNREFUSED';
}

/** Makes a server throw an unhandled error on a signal. */
const CARELESS = [
  '--import',
  'data:text/javascript,' +
    "process.on('SIGUSR2',()=>{void Promise.reject(new Error('nobody caught this'))});" +
    "process.on('SIGWINCH',()=>{throw new Error('nobody caught that')});",
];

describe('a server that is stopped', () => {
  let settings: MysqlSettings;
  let world: FaultWorld;
  let outsider: Outsider;
  beforeAll(async () => {
    settings = (await emptyDatabase('faults_server_stopped')) as MysqlSettings;
    world = await FaultWorld.open(settings);
    outsider = await Outsider.enter(settings);
  });
  afterAll(async () => {
    await outsider.leave();
    await world.close();
  });

  /** Holds the lock of an event until the returned function is called. */
  const hold = async (eventId: number): Promise<() => Promise<void>> => {
    await outsider.lockEvents([eventId]);
    return () => outsider.session.rollback();
  };

  survives(
    {
      area: 'The server',
      fault: 'SIGTERM under load',
      checked: 'every change is answered, exit 0 within 10 s',
    },
    async () => {
      const rounds = new Rounds({ short: 2, full: 40, long: 200 });
      while (rounds.goOn()) {
        const server = await ServerProcess.start(settings);
        const run = await world.run([server.url]);
        const load = run.startLoad(24);
        await pause(Math.random() * LOAD_MAX_MS);
        const stoppedAt = performance.now();
        const exit = await server.stop();
        const tookMs = performance.now() - stoppedAt;
        await load.stop();

        expect(exit).toEqual({ code: 0, signal: null });
        expect(tookMs).toBeLessThan(STOP_LIMIT_MS);
        expect((await run.check()).unanswered).toBe(0);
      }
      return rounds.done;
    },
  );

  survives(
    {
      area: 'The server',
      fault: 'SIGTERM while a booking waits for a lock',
      checked: 'no new connection is accepted, the booking is still done and answered, exit 0',
    },
    async () => {
      const server = await ServerProcess.start(settings);
      const run = await world.run([server.url], { events: 1 });
      const release = await hold(run.eventId);
      const waiting = run.history.book(world.people[1]!, run.eventId);
      await outsider.untilSomeoneWaits();

      const stopped = server.stop();
      await until(() => fetch(`${server.url}/health/live`).then(() => false, isRefused));
      await release();

      expect((await waiting)?.status).toBe(201);
      expect(await stopped).toEqual({ code: 0, signal: null });
      await run.check();
      return 1;
    },
  );

  survives(
    {
      area: 'The server',
      fault: 'a second SIGTERM while it still waits',
      checked: 'it exits at once, and leaves nothing half done',
    },
    async () => {
      const server = await ServerProcess.start(settings);
      const run = await world.run([server.url], { events: 1 });
      const release = await hold(run.eventId);
      const waiting = run.history.book(world.people[1]!, run.eventId);
      await outsider.untilSomeoneWaits();

      const stopped = server.stop();
      await until(() => server.output.includes('Shutting down: SIGTERM'));
      server.signal('SIGTERM');

      expect((await stopped).code).toBe(1);
      expect(await waiting).toBeNull();
      await release();
      await world.settle();
      expect((await run.check()).effects).toBe(0);
      return 1;
    },
  );

  for (const [what, signal, reason] of [
    ['an unhandled rejection', 'SIGUSR2', 'unhandled rejection'],
    ['an uncaught exception', 'SIGWINCH', 'uncaught exception'],
  ] as const) {
    survives(
      {
        area: 'The server',
        fault: `${what}, under load`,
        checked: 'it is logged, what is in flight is answered, exit 1',
      },
      async () => {
        const rounds = new Rounds({ short: 1, full: 10, long: 50 });
        while (rounds.goOn()) {
          const server = await ServerProcess.start(settings, { nodeOptions: CARELESS });
          const run = await world.run([server.url]);
          const load = run.startLoad(24);
          await until(() => run.history.calls.length > 50);
          server.signal(signal);
          const exit = await server.exited;
          await load.stop();

          expect(exit).toEqual({ code: 1, signal: null });
          const logged = server.log.find(({ message }) => message === `Shutting down: ${reason}`);
          expect(logged).toMatchObject({
            level: 'error',
            error: { message: expect.stringContaining('nobody caught') },
          });
          expect((await run.check()).unanswered).toBe(0);
        }
        return rounds.done;
      },
    );
  }
});
