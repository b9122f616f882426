/** Limits that replicas share through Redis, and limits and bookings without it. */
import assert from 'node:assert/strict';
import { LIMITS } from '../../src/config/limits';
import { makeEvent } from '../factories/events';
import type { Person } from '../factories/people';
import { until } from '../support/setup/until';
import type { Installation } from './installation';
import { tallyOf, type Row } from './load-phases';

/** Far more than a limit lets through, even if each replica counts separately. */
const MANY = { booking: 240, signup: 100, login: 120 };
const AT_ONCE = 20;
/** Wrong passwords for one account, sent at once: few enough for the limit of the address. */
const GUESSES = 20;
/** Of these, one count lets through five, and one more without a wait. */
const FREE_GUESSES = 6;
/** People without counted bookings, because those under load may be near their limit. */
const OTHERS = 60;
const BUYERS_WITHOUT_REDIS = 100;
/** Longest wait of a booking while Redis hangs. */
const HANGING_LIMIT_MS = 5_000;

export async function redisPhases(installation: Installation): Promise<Row[]> {
  const { redis, replicas } = installation;
  const rows: Row[] = [];
  const all = replicas.length;

  await until(async () => (await installation.replicasWithRedis()) === all);
  rows.push(await limitsHold('Redis up: one count for all', installation, 1));

  await redis.flush();
  rows.push(await limitsHold('Redis flushed: counts start again', installation, 1));

  await redis.kill();
  await until(async () => (await installation.replicasWithRedis()) === 0);
  rows.push(await limitsHold('Redis killed: each replica counts separately', installation, all));

  await redis.restart();
  await until(async () => (await installation.replicasWithRedis()) === all);
  rows.push(await limitsHold('Redis back: one count again', installation, 1));

  await redis.flush();
  redis.freeze();
  rows.push(await bookingsGoOn('Redis hangs', installation));
  redis.thaw();
  return rows;
}

/** @param counts the number of separate counts: 1, or one per replica */
async function limitsHold(phase: string, installation: Installation, counts: number): Promise<Row> {
  const [person] = (await installation.newcomers(1)) as [Person];
  const { id: eventId } = await makeEvent(installation.world.observer, { total: 1_000 });
  const repeat = async (
    times: number,
    ask: (turn: number) => Promise<number>,
  ): Promise<number[]> => {
    const statuses: number[] = [];
    while (statuses.length < times) {
      const turns = Array.from({ length: AT_ONCE }, (_, turn) => statuses.length + turn);
      statuses.push(...(await Promise.all(turns.map(ask))));
    }
    return statuses;
  };

  const booking = await repeat(MANY.booking, () => installation.book(person, eventId));
  // An address that the client only claims to have is not trusted.
  const signup = await repeat(MANY.signup, (turn) =>
    installation.signUp({ 'X-Forwarded-For': `203.0.113.${String(turn)}` }),
  );
  const guesses = await repeat(GUESSES, () => installation.logIn(person.email, 'wrong'));
  const login = await repeat(MANY.login, (turn) =>
    installation.logIn(`nobody-${String(turn)}@example.com`, 'wrong'),
  );

  const statuses = [...booking, ...signup, ...guesses, ...login];
  const passed = [
    { what: 'bookings', times: letThrough(booking), limit: LIMITS.booking.requests },
    { what: 'sign-ups', times: letThrough(signup), limit: LIMITS.signup.requests },
    { what: 'log-ins', times: GUESSES + letThrough(login), limit: LIMITS.login.requests },
    { what: 'guesses', times: letThrough(guesses), limit: FREE_GUESSES },
  ];
  for (const { what, times, limit } of passed) {
    const isRight = counts === 1 ? times === limit : times > limit && times <= limit * counts;
    assert.ok(
      isRight,
      `${phase}: ${String(times)} ${what} let through, the limit is ${String(limit)}`,
    );
  }
  const others = await bookEach(installation, await installation.newcomers(OTHERS), eventId);
  assert.deepEqual(others, Array(OTHERS).fill(201));
  return {
    phase,
    calls: statuses.length + others.length,
    answers: tallyOf([...statuses, ...others]),
    seen:
      `let through: ${passed.map(({ what, times }) => `${String(times)} ${what}`).join(', ')}; ` +
      `all ${String(OTHERS)} others booked`,
  };
}

/** A Redis that does not answer neither refuses nor delays bookings for long. */
async function bookingsGoOn(phase: string, installation: Installation): Promise<Row> {
  const { id: eventId } = await makeEvent(installation.world.observer, { total: 1_000 });
  const people = await installation.newcomers(BUYERS_WITHOUT_REDIS);
  const startedAt = performance.now();
  const statuses = await bookEach(installation, people, eventId);
  const tookMs = performance.now() - startedAt;
  assert.deepEqual(statuses, Array(people.length).fill(201));
  assert.ok(tookMs < HANGING_LIMIT_MS, `It took ${String(tookMs)} ms`);
  return {
    phase,
    calls: statuses.length,
    answers: tallyOf(statuses),
    seen: `${String(people.length)} bookings at once in ${tookMs.toFixed(0)} ms`,
  };
}

/** One booking each, retried after a 503. */
function bookEach(
  installation: Installation,
  people: readonly Person[],
  eventId: number,
): Promise<number[]> {
  const book = async (person: Person): Promise<number> => {
    const status = await installation.book(person, eventId);
    return status === 503 ? book(person) : status;
  };
  return Promise.all(people.map(book));
}

/** Ignores their results. */
function letThrough(statuses: readonly number[]): number {
  return statuses.filter((status) => status !== 429).length;
}
