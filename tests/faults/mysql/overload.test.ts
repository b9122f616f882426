import { setTimeout as pause } from 'node:timers/promises';
import type { MysqlSettings } from '../../../src/config/config';
import { times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld, type FaultRun } from '../../support/faults/fault-world';
import type { RecordedCall } from '../../support/history/history';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';

/** Changes that run one by one on a slow database: little capacity, without a busy processor. */
const CHANGE_SECONDS = 0.05;
const TICKETS = 100;
/** Enough that one always waits. */
const PEAK_CLIENTS = 8;
const OVERLOAD = 10;
const PACE_MS = 20;
/** By then the queue is so late that it accepts no more commands until it has caught up. */
const OVERDUE_AFTER_MS = 2_500;
/** No answer takes longer than this. */
const ANSWER_LIMIT_MS = 5_000;
/** How much more memory a server may need than at its peak. */
const MEMORY_GROWTH_MAX_MB = 200;

describe('more requests than can be served', () => {
  let world: FaultWorld;
  let server: ServerProcess;
  let asked = 0;
  beforeAll(async () => {
    const settings = (await emptyDatabase('faults_overload')) as MysqlSettings;
    world = await FaultWorld.open(settings);
    await world.observer.container.database.sequelize.query(
      `CREATE TRIGGER slow BEFORE UPDATE ON events FOR EACH ROW DO SLEEP(${String(CHANGE_SECONDS)})`,
    );
    server = await ServerProcess.start(settings);
  });
  afterAll(async () => {
    await server.stop();
    await world.close();
  });

  /** Each one changes something, in any order. */
  async function resize({ history, eventId }: FaultRun): Promise<void> {
    const [organizer] = world.people;
    asked += 1;
    await history.resize(organizer!, eventId, TICKETS + asked);
  }

  /** So many clients, each of which sends again as soon as it is answered. */
  async function askWithoutPause(run: FaultRun, clients: number, forMs: number): Promise<void> {
    const end = performance.now() + forMs;
    const client = async (): Promise<void> => {
      while (performance.now() < end) await resize(run);
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  /** Sends at a steady rate, whether it is answered or not, as a crowd does. */
  async function askAtRate(run: FaultRun, perSecond: number, forMs: number): Promise<void> {
    const requests: Promise<void>[] = [];
    const startedAt = performance.now();
    for (let elapsed = 0; elapsed < forMs; elapsed = performance.now() - startedAt) {
      const due = Math.floor((elapsed / 1_000) * perSecond);
      while (requests.length < due) requests.push(resize(run));
      await pause(PACE_MS);
    }
    await Promise.all(requests);
  }

  async function memoryMb(): Promise<number> {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1_048_576;
  }

  survives(
    {
      area: 'Overload and slow clients',
      fault: `${String(OVERLOAD)} times as many changes of an event as it can serve`,
      checked:
        'throughput stays the same; the rest is refused at once with 503 and Retry-After; memory stays bounded; linearizable',
    },
    async () => {
      const warmUpMs = times({ short: 1_000, full: 2_000, long: 2_000 });
      const forMs = times({ short: 2_500, full: 20_000, long: 60_000 });
      const run = await world.run([server.url], { events: 1, total: TICKETS });
      await askWithoutPause(run, PEAK_CLIENTS, warmUpMs);
      const peakFrom = performance.now();
      await askWithoutPause(run, PEAK_CLIENTS, forMs);
      const peak = (served(run, peakFrom).length / (performance.now() - peakFrom)) * 1_000;
      const memoryBefore = await memoryMb();

      const overloadFrom = performance.now();
      await askAtRate(run, OVERLOAD * peak, OVERDUE_AFTER_MS + forMs);
      const from = overloadFrom + OVERDUE_AFTER_MS;
      const inTime = served(run, from).filter(({ endedAt }) => endedAt < from + forMs);
      const goodput = (inTime.length / forMs) * 1_000;
      const refused = run.history.calls.filter(
        ({ startedAt, answer }) => startedAt > from && answer?.status === 503,
      );
      const growth = (await memoryMb()) - memoryBefore;

      expect(goodput / peak).toBeGreaterThan(times({ short: 0.05, full: 0.9, long: 0.9 }));
      expect(refused.length).toBeGreaterThan(inTime.length);
      const waits = refused.map(({ startedAt, endedAt }) => endedAt - startedAt).sort(ascending);
      expect(quantile(waits, 0.5)).toBeLessThan(500);
      expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
      expect(growth).toBeLessThan(MEMORY_GROWTH_MAX_MB);
      expect(run.history.tally()).toEqual({
        '200': expect.any(Number),
        '503 SERVICE_UNAVAILABLE': expect.any(Number),
      });
      await world.settle();
      await run.check();
      return {
        times: 1,
        found:
          `goodput ${(goodput / peak).toFixed(2)} of the peak, ` +
          `refusals in ${quantile(waits, 0.5).toFixed(0)} ms (median) and ` +
          `${quantile(waits, 0.99).toFixed(0)} ms (p99), ${growth.toFixed(0)} MB more memory`,
      };
    },
  );
});

function served({ history }: FaultRun, since: number): RecordedCall[] {
  return history.calls.filter(({ endedAt, answer }) => endedAt > since && answer?.status === 200);
}

function ascending(a: number, b: number): number {
  return a - b;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
