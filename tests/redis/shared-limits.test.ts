import { LIMITS } from '../../src/config/limits';
import { makeEvent } from '../factories/events';
import { makePeople, makePerson, PASSWORD } from '../factories/people';
import { RedisServer } from '../support/servers/redis-server';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { until } from '../support/setup/until';

const WRONG = 'not the password';
/** Wrong passwords that are checked if they arrive all at once: five, and one more. */
const GUESSES = 6;

describe('two servers with one Redis', () => {
  let redis: RedisServer;
  let apis: readonly [TestApi, TestApi];
  beforeAll(async () => {
    redis = await RedisServer.start();
    const options = { rateLimits: { enabled: true, redisUrl: redis.url } };
    apis = [await TestApi.start(options), await TestApi.start(options)];
    await until(() => areConnected(true));
  });
  afterAll(async () => {
    for (const api of apis) await api.close();
    await redis.kill();
  });

  async function areConnected(expected: boolean): Promise<boolean> {
    const gauges = await Promise.all(apis.map(({ container }) => container.metrics.redisUp.get()));
    return gauges.every(({ values }) => values[0]!.value === (expected ? 1 : 0));
  }

  /** So many requests at once, alternately to both servers. */
  function inTurn(times: number, ask: (api: TestApi) => Promise<ApiAnswer>): Promise<ApiAnswer[]> {
    return Promise.all(Array.from({ length: times }, (_, turn) => ask(apis[turn % 2]!)));
  }

  const guess = async (): Promise<number[]> => {
    const { email } = await makePerson(apis[0].container);
    const body = { email, password: WRONG };
    return statusesOf(await inTurn(24, (api) => api.call('post', '/api/auth/login', { body })));
  };

  it('count the bookings of an account together', async () => {
    const person = await makePerson(apis[0].container);
    const event = await makeEvent(apis[0], { total: 500 });
    const { requests } = LIMITS.booking;

    const answers: ApiAnswer[] = [];
    // A few at a time: a server that is too busy to hear from Redis in time counts alone.
    while (answers.length < requests + 10) {
      const few = await inTurn(2, (api) =>
        api.post('/api/tickets/book', person.token, { event_id: event.id }),
      );
      answers.push(...few);
    }

    expect(statusesOf(answers)).toEqual([...times(requests, 201), ...times(10, 429)]);
  });

  it('reset together: the right password on one ends the count on the other', async () => {
    const { email } = await makePerson(apis[0].container);
    const logIn = async (api: TestApi, password: string): Promise<number> =>
      (await api.post('/api/auth/login', undefined, { email, password })).status;
    const guessFree = async (): Promise<void> => {
      for (let attempt = 1; attempt < GUESSES; attempt += 1) {
        expect(await logIn(apis[0], WRONG)).toBe(401);
      }
    };

    await guessFree();
    expect(await logIn(apis[1], PASSWORD)).toBe(200);
    await guessFree();
  });

  it('count right passwords from one address together, ten as one', async () => {
    await redis.flush();
    const { requests } = LIMITS.login;
    const people = await makePeople(apis[0].container, 2 * requests);

    const answers: ApiAnswer[] = [];
    for (const [turn, { email }] of people.entries()) {
      const body = { email, password: PASSWORD };
      answers.push(await apis[turn % 2]!.call('post', '/api/auth/login', { body }));
    }

    expect(statusesOf(answers)).toEqual(times(people.length, 200));
    const left = requests - people.length / 10;
    expect(answers.at(-1)!.headers['ratelimit-remaining']).toBe(String(left));
    await redis.flush();
  });

  it('let nobody in who is refused by the other', async () => {
    expect(await guess()).toEqual([...times(GUESSES, 401), ...times(18, 429)]);
  });

  it('count separately while it is down without refusing anyone, and together again afterwards', async () => {
    await redis.kill();
    await until(() => areConnected(false));
    // The address has used some of its logins on each of them.
    const alone = await guess();
    const person = await makePerson(apis[0].container);
    const event = await makeEvent(apis[0], { total: 10 });
    const booking = await apis[1].post('/api/tickets/book', person.token, { event_id: event.id });
    await redis.restart();
    await until(() => areConnected(true));
    const together = await guess();

    expect(alone).toEqual([...times(2 * GUESSES, 401), ...times(24 - 2 * GUESSES, 429)]);
    expect(booking.status).toBe(201);
    expect(booking.headers['ratelimit-remaining']).toBe(String(LIMITS.booking.requests - 1));
    expect(together).toEqual([...times(GUESSES, 401), ...times(18, 429)]);
  });
});

function statusesOf(answers: readonly ApiAnswer[]): number[] {
  return answers.map(({ status }) => status).sort();
}

function times(count: number, status: number): number[] {
  return Array<number>(count).fill(status);
}
