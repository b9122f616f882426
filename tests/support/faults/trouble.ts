import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from '../../factories/people';
import type { FaultRun, FaultWorld } from './fault-world';
import { times } from './fault-profile';
import { expectHealth } from '../servers/health';
import type { RecordedCall } from '../history/history';
import { until } from '../setup/until';

/** Nobody waits longer for an answer, whatever it is. */
export const ANSWER_LIMIT_MS = 5_000;
/** How soon bookings flow again after a fault. */
export const RECOVERY_LIMIT_MS = 2_000;
/** Enough that a fault meets requests in every state. */
const CLIENTS = 24;
/** Before it begins, so many requests are answered. */
const WARM_UP_CALLS = 50;

interface Trouble {
  readonly world: FaultWorld;
  readonly url: string;
  readonly begin: () => void | Promise<void>;
  /** Looked at while it lasts. */
  readonly meanwhile?: (run: FaultRun) => Promise<void>;
  readonly end: () => void | Promise<void>;
  /** Whether it lets some changes through. */
  readonly isPartial?: boolean;
}

/** Whether something was done for this call, and by itself. */
export function isDone({ answer }: RecordedCall): boolean {
  return answer !== null && answer.status < 300 && !answer.isReplayed;
}

/**
 * Waits until bookings flow again.
 *
 * @param run of an event of its own, whose queue is empty
 */
export async function untilBooked(run: FaultRun, person: Person): Promise<void> {
  await until(
    async () => (await run.history.book(person, run.eventId))?.status === 201,
    RECOVERY_LIMIT_MS,
  );
}

/** Load before, during and after a trouble in which the database can't take changes. */
export async function getThrough({
  world,
  url,
  begin,
  meanwhile,
  end,
  isPartial = false,
}: Trouble): Promise<void> {
  const run = await world.run([url]);
  // Made while all is well: making an event is not what is waited for.
  const next = await world.run([url], { events: 1 });
  const load = run.startLoad(CLIENTS);
  await until(() => run.history.calls.length > WARM_UP_CALLS);
  await begin();
  const begunAt = performance.now();
  try {
    await pause(times({ short: 500, full: 8_000, long: 30_000 }));
    await expectHealth(url, { live: 200 });
    await meanwhile?.(run);
  } finally {
    await end();
  }
  const endedAt = performance.now();
  await untilBooked(next, world.people[0]!);
  await load.stop();
  const doneMeanwhile = run.history.calls.filter(
    (call) => isDone(call) && call.startedAt > begunAt && call.endedAt < endedAt,
  );
  if (!isPartial) expect(doneMeanwhile).toEqual([]);
  await expectWhole(run);
}

/** Whatever was answered in this run is true, was in time, and was no fault of the server's. */
export async function expectWhole(run: FaultRun): Promise<void> {
  await run.history.repeatKeyed();
  const tally = run.history.tally();
  expect(tally['no answer'] ?? 0).toBe(0);
  expect(tally['500 INTERNAL_ERROR'] ?? 0).toBe(0);
  expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
  expect((await run.check()).effects).toBeGreaterThan(0);
}
