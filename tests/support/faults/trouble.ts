import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from '../../factories/people';
import type { FaultRun, FaultWorld } from './fault-world';
import { times } from './fault-profile';
import { expectHealth } from '../servers/health';
import type { RecordedCall } from '../history/history';
import { until } from '../setup/until';

/** No answer takes longer than this. */
export const ANSWER_LIMIT_MS = 5_000;
/** How soon bookings succeed again after a fault. */
export const RECOVERY_LIMIT_MS = 2_000;
/** Enough that a fault hits requests in every state. */
const CLIENTS = 24;
/** So many requests are answered before the fault begins. */
const WARM_UP_CALLS = 50;

interface Trouble {
  readonly world: FaultWorld;
  readonly url: string;
  readonly begin: () => void | Promise<void>;
  /** Checked while the fault lasts. */
  readonly meanwhile?: (run: FaultRun) => Promise<void>;
  readonly end: () => void | Promise<void>;
  /** Whether some changes still succeed. */
  readonly isPartial?: boolean;
}

/** Whether this very call had an effect. */
export function isDone({ answer }: RecordedCall): boolean {
  return answer !== null && answer.status < 300 && !answer.isReplayed;
}

/**
 * Waits until bookings succeed again.
 *
 * @param run of a separate event with an empty queue
 */
export async function untilBooked(run: FaultRun, person: Person): Promise<void> {
  await until(
    async () => (await run.history.book(person, run.eventId))?.status === 201,
    RECOVERY_LIMIT_MS,
  );
}

/** Load before, during and after a fault in which the database accepts no changes. */
export async function getThrough({
  world,
  url,
  begin,
  meanwhile,
  end,
  isPartial = false,
}: Trouble): Promise<void> {
  const run = await world.run([url]);
  // Created before the fault, so that creating an event is not part of the wait.
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

/** All answers of this run are true and in time, and none is an internal error. */
export async function expectWhole(run: FaultRun): Promise<void> {
  await run.history.repeatKeyed();
  const tally = run.history.tally();
  expect(tally['no answer'] ?? 0).toBe(0);
  expect(tally['500 INTERNAL_ERROR'] ?? 0).toBe(0);
  expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
  expect((await run.check()).effects).toBeGreaterThan(0);
}
