import { randomUUID } from 'node:crypto';
import { makeEvent } from '../factories/events';
import { makePeople, makePerson, PASSWORD } from '../factories/people';
import { LIMITS } from '../../src/config/limits';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { until } from '../support/setup/until';

const LIMITED = { rateLimits: { enabled: true } };
const WRONG = 'not the password';

function logIn(api: TestApi, email: string, password: string, address?: string) {
  const headers: Record<string, string> = {};
  if (address !== undefined) headers['X-Forwarded-For'] = address;
  return api.call('post', '/api/auth/login', { body: { email, password }, headers });
}

function statusesOf(answers: readonly ApiAnswer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Without what differs for every answer or counts the requests of the address. */
function comparable(headers: ApiAnswer['headers']): object {
  const own = ['x-request-id', 'date', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name)));
}

describe('rate limits', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.start(LIMITED);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    return api.close();
  });

  it('slow down someone who guesses the password of an account, one by one', async () => {
    const { email } = await makePerson(api.container);

    for (let attempt = 1; attempt <= 6; attempt += 1) {
      expect((await logIn(api, email, WRONG)).status).toBe(401);
    }
    const refused = await logIn(api, email, PASSWORD);

    expect(refused.status).toBe(429);
    expect(refused.body.code).toBe('RATE_LIMITED');
    const seconds = refused.headers['retry-after']!;
    expect(Number(seconds)).toBeGreaterThanOrEqual(1);
    expect(refused.body.message).toContain(`after 5 in a row`);
    expect(refused.body.message).toContain(`retry in ${seconds} s`);
  });

  it('count simultaneous guesses', async () => {
    const { email } = await makePerson(api.container);

    const answers = await Promise.all(Array.from({ length: 25 }, () => logIn(api, email, WRONG)));

    expect(statusesOf(answers)).toEqual({ 401: 6, 429: 19 });
  });

  it('treat an e-mail without an account the same', async () => {
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => logIn(api, 'nobody@example.com', WRONG)),
    );

    expect(statusesOf(answers)).toEqual({ 401: 6, 429: 19 });
  });

  it('do not reveal whether there is an account, not even in a header', async () => {
    const { email } = await makePerson(api.container);
    const answersTo = async (address: string): Promise<object> => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => logIn(api, address, WRONG)),
      );
      const [wrong, refused] = [401, 429].map((code) =>
        answers.find(({ status }) => status === code),
      );
      return [wrong, refused].map((answer) => ({
        body: { ...answer!.body, requestId: '' },
        headers: comparable(answer!.headers),
      }));
    };

    expect(await answersTo('nobody@example.com')).toEqual(await answersTo(email));
  });

  it('slow down guessing the current password with a token, and count it with logins', async () => {
    const person = await makePerson(api.container);
    const path = `/api/users/${String(person.id)}`;
    const change = { password: PASSWORD, current_password: WRONG };

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, turn) =>
        turn % 2 === 0 ? api.patch(path, person.token, change) : logIn(api, person.email, WRONG),
      ),
    );

    expect(statusesOf(answers)).toEqual({ 401: 6, 429: 14 });
    expect((await api.get('/api/users/me', person.token)).status).toBe(200);
  });

  it('forget wrong passwords after the right one', async () => {
    const { email } = await makePerson(api.container);

    for (let round = 1; round <= 3; round += 1) {
      for (let attempt = 1; attempt <= 4; attempt += 1) await logIn(api, email, WRONG);
      expect((await logIn(api, email, PASSWORD)).status).toBe(200);
    }
  });

  it('limit logins from one address, whatever address the request claims', async () => {
    const { requests } = LIMITS.login;
    const answers: ApiAnswer[] = [];
    for (let attempt = 0; attempt <= requests; attempt += 1) {
      const email = `person-${String(attempt)}@example.com`;
      answers.push(await logIn(api, email, WRONG, `203.0.113.${String(attempt)}`));
    }

    expect(statusesOf(answers)).toEqual({ 401: requests, 429: 1 });
    const last = answers.at(-1)!;
    expect(last.headers).toMatchObject({
      'ratelimit-limit': String(requests),
      'ratelimit-remaining': '0',
      'ratelimit-policy': `${String(requests)};w=60`,
    });
    expect(last.headers['retry-after']).toBe(last.headers['ratelimit-reset']);
  });

  it('limit sign-ups from one address', async () => {
    const { requests } = LIMITS.signup;
    const answers: ApiAnswer[] = [];
    for (let attempt = 0; attempt <= requests; attempt += 1) {
      const body = { email: `${randomUUID()}@example.com`, password: PASSWORD };
      answers.push(await api.call('post', '/api/auth/signup', { body }));
    }

    expect(statusesOf(answers)).toEqual({ 201: requests, 429: 1 });
  });

  it('let an office log in through one address, and guesses from there no more than before', async () => {
    const { requests } = LIMITS.login;
    const people = await makePeople(api.container, 2 * requests);

    const right: ApiAnswer[] = [];
    for (const { email } of people) right.push(await logIn(api, email, PASSWORD));
    const wrong: ApiAnswer[] = [];
    for (const { email } of people.slice(0, requests)) wrong.push(await logIn(api, email, WRONG));

    expect(statusesOf(right)).toEqual({ 200: people.length });
    const remaining = right.map(({ headers }) => Number(headers['ratelimit-remaining']));
    expect(remaining).toEqual(right.map((_, index) => Math.floor(requests - (index + 1) / 10)));
    const used = people.length / 10;
    expect(statusesOf(wrong)).toEqual({ 401: requests - used, 429: used });
  });

  it('count logins that are sent at the same moment before they know how each ends', async () => {
    const { requests } = LIMITS.login;
    const emails = Array.from({ length: 2 * requests }, () => `${randomUUID()}@example.com`);

    const answers = await Promise.all(emails.map((email) => logIn(api, email, WRONG)));

    expect(statusesOf(answers)).toEqual({ 401: requests, 429: requests });
  });

  it('count a login that the server was too busy for as a right one, and ask for a short wait', async () => {
    const { requests } = LIMITS.login;
    const { email } = await makePerson(api.container);
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const crowd = Array.from({ length: 600 }, () =>
      api.container.bulkheads.shortReads.run(() => ended).catch(() => undefined),
    );

    const refused = await logIn(api, email, PASSWORD);
    end();
    await Promise.all(crowd);
    const next = await logIn(api, email, PASSWORD);

    expect([refused.status, refused.body.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(5);
    expect(next.status).toBe(200);
    expect(Number(next.headers['ratelimit-remaining'])).toBe(Math.floor(requests - 2 / 10));
  });

  it('take nothing for those that are refused at a crowded moment', async () => {
    const { requests } = LIMITS.login;
    const people = await makePeople(api.container, requests);
    const logInAll = (): Promise<ApiAnswer[]> =>
      Promise.all(people.map(({ email }) => logIn(api, email, PASSWORD)));
    const { auth } = api.container.services;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const check = auth.logIn.bind(auth);
    const held = jest.spyOn(auth, 'logIn').mockImplementation(async (credentials) => {
      await gate;
      return check(credentials);
    });

    const first = logInAll();
    await until(() => held.mock.calls.length === requests);
    const refused = await logInAll();
    open();
    const passed = await first;
    const next = await logIn(api, people[0]!.email, PASSWORD);

    expect(statusesOf(refused)).toEqual({ 429: requests });
    expect(statusesOf([...passed, next])).toEqual({ 200: requests + 1 });
    const left = Math.floor(requests - (requests + 1) / 10);
    expect(Number(next.headers['ratelimit-remaining'])).toBe(left);
  });

  it('limit booking and joining of one account together, and leave other accounts alone', async () => {
    const [hasty, calm] = [await makePerson(api.container), await makePerson(api.container)];
    const event = await makeEvent(api, { total: 500 });
    const { requests } = LIMITS.booking;
    const body = { event_id: event.id };

    const bookings = await Promise.all(
      Array.from({ length: requests }, () => api.post('/api/tickets/book', hasty.token, body)),
    );
    const joining = await api.post('/api/waitinglists/join-waitlist', hasty.token, body);
    const other = await api.post('/api/tickets/book', calm.token, body);

    expect(statusesOf(bookings)).toEqual({ 201: requests });
    expect(joining.status).toBe(429);
    expect(other.status).toBe(201);
    expect(other.headers['ratelimit-remaining']).toBe(String(requests - 1));
  });
});

describe('behind a trusted proxy', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.start({ ...LIMITED, http: { trustProxy: 1 } });
  });
  afterEach(() => api.close());

  it('addresses are counted separately, and one /64 network of IPv6 counts as one', async () => {
    const first = await logIn(api, 'a@example.com', WRONG, '2001:db8:1:2::1');
    const neighbour = await logIn(api, 'b@example.com', WRONG, '2001:db8:1:2:ffff::9');
    const elsewhere = await logIn(api, 'c@example.com', WRONG, '2001:db8:1:3::1');

    const remaining = [first, neighbour, elsewhere].map(
      ({ headers }) => headers['ratelimit-remaining'],
    );
    const { requests } = LIMITS.login;
    expect(remaining.map(Number)).toEqual([requests - 1, requests - 2, requests - 1]);
  });

  it('an address that the client puts before that of the proxy is not trusted', async () => {
    const first = await logIn(api, 'a@example.com', WRONG, '198.51.100.1, 203.0.113.7');
    const second = await logIn(api, 'b@example.com', WRONG, '198.51.100.2, 203.0.113.7');

    expect(Number(first.headers['ratelimit-remaining'])).toBe(LIMITS.login.requests - 1);
    expect(Number(second.headers['ratelimit-remaining'])).toBe(LIMITS.login.requests - 2);
  });
});

describe('without rate limits', () => {
  it('no one is slowed down, and there are no rate limit headers', async () => {
    const api = await TestApi.start();
    try {
      const answers: ApiAnswer[] = [];
      for (let attempt = 0; attempt < 12; attempt += 1) {
        answers.push(await logIn(api, 'nobody@example.com', WRONG));
      }
      expect(statusesOf(answers)).toEqual({ 401: 12 });
      expect(answers[0]!.headers).not.toHaveProperty('ratelimit-limit');
    } finally {
      await api.close();
    }
  });
});
