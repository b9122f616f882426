/** Load of many clients while replicas come and go. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { FaultRun } from '../support/faults/fault-world';
import type { RecordedCall } from '../support/history/history';
import { ServerProcess } from '../support/servers/server-process';
import { until } from '../support/setup/until';
import type { Installation } from './installation';

const BUYERS = 1_000;
const TICKETS = 300;
const CLIENTS = 48;
/**
 * Few enough to hold tickets when they cancel, and so many that an account rarely reaches its limit, and
 * only on a fast machine. A 429 changes nothing, like any other refusal.
 */
const REGULARS = 151;
/** How many calls are answered before, between and after the faults. */
const STRETCH_CALLS = 400;
const STRETCH_LIMIT_MS = 60_000;
/** Time limit for the start of a worker under load. */
const WORKER_LIMIT_MS = 30_000;
/** How many answers a failure lists. */
const SHOWN = 5;

export interface Row {
  readonly phase: string;
  readonly calls: number;
  readonly answers: string;
  readonly seen: string;
}

export async function stampede({ world, proxy }: Installation): Promise<Row> {
  const run = await world.run([proxy.url], { events: 1, total: TICKETS });
  const buyers = world.people.slice(0, BUYERS);

  await Promise.all(
    buyers.map((person) => run.history.book(person, run.eventId, { key: randomUUID() })),
  );

  // On a slow machine some get a 503 because of a deadline or an unknown commit. They retry with the
  // same key.
  const lastAnswers = new Map<string | undefined, RecordedCall>();
  for (let asked = 0; asked < run.history.calls.length;) {
    const latest = run.history.calls.slice(asked);
    asked = run.history.calls.length;
    for (const call of latest) lastAnswers.set(call.ask.key, call);
    const open = latest.filter(({ answer }) => answer === null || answer.status === 503);
    await Promise.all(open.map((call) => run.history.repeat(call)));
  }
  const outcomes = [...lastAnswers.values()].map(({ answer }) => answer?.body.data?.outcome);
  assert.equal(outcomes.filter((outcome) => outcome === 'booked').length, TICKETS);
  assert.equal(outcomes.filter((outcome) => outcome === 'waitlisted').length, BUYERS - TICKETS);
  return rowOf('1,000 ask for 300 tickets at once', run);
}

/** Kills one replica under load, and restarts it. */
export async function killOne(installation: Installation): Promise<Row> {
  const { world, proxy, replicas } = installation;
  const run = await world.run([proxy.url]);
  const load = run.startLoad(CLIENTS, world.people.slice(0, REGULARS));
  await stretch(run);
  await replicas[0]!.kill();
  await stretch(run);
  await installation.restart(0);
  await stretch(run);
  await load.stop();

  const lost = run.history.calls.filter(isLost);
  assert.ok(lost.length <= CLIENTS * 2, `${String(lost.length)} calls were lost with one replica`);
  await run.history.repeatKeyed();
  return rowOf('a replica killed under load, and back', run);
}

/** A rolling restart: each replica is stopped and started again. */
export async function restartAll(installation: Installation): Promise<Row> {
  const { world, proxy, replicas } = installation;
  const run = await world.run([proxy.url]);
  const load = run.startLoad(CLIENTS, world.people.slice(0, REGULARS));
  for (let index = 0; index < replicas.length; index += 1) {
    await stretch(run);
    assert.deepEqual(await replicas[index]!.stop(), { code: 0, signal: null });
    await installation.restart(index);
  }
  await stretch(run);
  await load.stop();

  assertNoneLost(run.history.calls, proxy);
  await run.history.repeatKeyed();
  return rowOf('all replicas restarted in turn under load', run);
}

/** All replicas are down for a while, so nginx marks all as failed; then one comes back. */
export async function oneIsBack(installation: Installation): Promise<Row> {
  const { world, proxy, replicas } = installation;
  const run = await world.run([proxy.url]);
  const { calls } = run.history;
  const load = run.startLoad(CLIENTS, world.people.slice(0, REGULARS));
  await stretch(run);
  await Promise.all(replicas.map((replica) => replica.kill()));
  const goneAt = performance.now();
  await installation.restart(0);
  await stretch(run);
  await load.stop();

  const served = calls.filter((call) => call.startedAt > goneAt && !isLost(call));
  const backAt = Math.min(...served.map(({ endedAt }) => endedAt));
  assertNoneLost(
    calls.filter(({ startedAt }) => startedAt > backAt),
    proxy,
  );
  await Promise.all([installation.restart(1), installation.restart(2)]);
  await run.history.repeatKeyed();
  return rowOf('all replicas killed under load, one of them back', run);
}

/** One server with two workers, one of which is killed. */
export async function twoWorkers({ world, database, redis }: Installation): Promise<Row> {
  const server = await ServerProcess.start(database, {
    env: { WEB_CONCURRENCY: '2', REDIS_URL: redis.url, RATE_LIMIT_ENABLED: 'true' },
  });
  const listening = (): ServerProcess['log'] =>
    server.log.filter(({ message }) => message.startsWith('Listening on port'));
  try {
    await until(() => listening().length === 2, WORKER_LIMIT_MS);
    const run = await world.run([server.url]);
    const load = run.startLoad(CLIENTS, world.people.slice(0, REGULARS));
    await stretch(run);
    const [worker] = await server.children();
    process.kill(worker!, 'SIGKILL');
    await until(() => listening().length === 3, WORKER_LIMIT_MS);
    await stretch(run);
    const [exit] = await Promise.all([server.stop(), load.stop()]);

    assert.deepEqual(exit, { code: 0, signal: null });
    run.history.moveTo([world.observer.url]);
    await run.history.repeatKeyed();
    return await rowOf('WEB_CONCURRENCY=2, a worker killed, then SIGTERM', run);
  } finally {
    await server.kill();
  }
}

function assertNoneLost(calls: readonly RecordedCall[], proxy: Installation['proxy']): void {
  const lost = calls.filter(isLost).map(({ answer }) => JSON.stringify(answer?.body));
  assert.equal(lost.length, 0, `Lost: ${lost.slice(0, SHOWN).join('\n')}\n${proxy.errors}`);
}

/** SERVICE_UNAVAILABLE means that nothing has happened. After all other faults that is unknown. */
function isLost({ answer }: RecordedCall): boolean {
  if (answer === null) return true;
  return answer.status >= 500 && answer.body.code !== 'SERVICE_UNAVAILABLE';
}

/** Waits until some more calls were answered without a fault. */
async function stretch({ history }: FaultRun): Promise<void> {
  const before = history.calls.length;
  const answered = (): number =>
    history.calls.slice(before).filter(({ answer }) => answer !== null && answer.status < 500)
      .length;
  try {
    await until(() => answered() >= STRETCH_CALLS, STRETCH_LIMIT_MS);
  } catch (cause) {
    const statuses = history.calls.slice(before).map(({ answer }) => answer?.status ?? 0);
    throw new Error(`Too little was answered: ${tallyOf(statuses)}`, { cause });
  }
}

/** Checks the whole history of a run, and summarizes it. */
async function rowOf(phase: string, run: FaultRun): Promise<Row> {
  const { effects, promotions, unanswered } = await run.check();
  const { history } = run;
  return {
    phase,
    calls: history.calls.length,
    answers: tallyOf(history.calls.map(({ answer }) => answer?.status ?? 0)),
    seen:
      `${String(effects)} changes one by one, ${String(promotions)} promotions, ` +
      `${String(unanswered)} done without an answer; slowest ${history.slowestMs.toFixed(0)} ms`,
  };
}

/** The number of answers by status; 0 stands for no answer. */
export function tallyOf(statuses: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status === 0 ? 'none' : String(status)}: ${String(count)}`)
    .join(', ');
}
