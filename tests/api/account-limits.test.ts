import { randomUUID } from 'node:crypto';
import { forEachLimit, LIMITS, type LimitName, type Limits } from '../../src/config/limits';
import { ROUTES } from '../../src/routes';
import { makeEvent, type MadeEvent } from '../factories/events';
import { makePerson, type Person } from '../factories/people';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

/** One account asks for something once. */
type Ask = (api: TestApi, person: Person, event: MadeEvent) => Promise<ApiAnswer>;

/** Each limit by account, with all that it counts together. */
const COUNTED: Partial<Record<LimitName, readonly Ask[]>> = {
  cancelling: [
    (api, { token }, { id }) => api.post('/api/tickets/cancel', token, { event_id: id }),
    (api, { token }, { id }) =>
      api.patch(`/api/waitinglists/${String(id)}`, token, { quantity: 1 }),
    (api, { token }, { id }) => api.delete(`/api/waitinglists/${String(id)}`, token),
  ],
  events: [
    (api, { token }) =>
      api.post('/api/events/initialize', token, { event_name: randomUUID(), total_tickets: 1 }),
    (api, { token }, { id }) =>
      api.patch(`/api/events/${String(id)}`, token, { total_tickets: 20 }),
    (api, { token }) =>
      api.patch('/api/waitinglists/2147483647/priority', token, { priority: 1, reason: 'Sick' }),
    (api, { token }, { id }) => api.post(`/api/events/${String(id)}/cancel`, token),
  ],
  accounts: [
    (api, { id, email, token }) => api.patch(`/api/users/${String(id)}`, token, { email }),
    (api, { id, token }) => api.patch(`/api/users/${String(id)}/role`, token, { role: 'admin' }),
  ],
  lists: [
    (api, { token }) => api.get('/api/events', token),
    (api, { token }) => api.get('/api/tickets', token),
    (api, { token }, { id }) => api.get('/api/waitinglists', token, { event_id: id }),
    (api, { token }) => api.get('/api/users', token),
    (api, { token }, { id }) => api.get('/api/admin/audit', token, { event_id: id }),
  ],
  profiles: [
    (api, { token }) => api.get('/api/users/me', token),
    (api, { id, token }) => api.get(`/api/users/${String(id)}`, token),
    (api, { token }, { id }) => api.get(`/api/events/${String(id)}/me`, token),
  ],
};

/** Of each, as many as it counts ways to ask: everything passes once. */
const ONCE_EACH: Limits = forEachLimit((name) => ({
  ...LIMITS[name],
  requests: COUNTED[name]?.length ?? LIMITS[name].requests,
}));

describe('limits of an account', () => {
  it.each(Object.entries(COUNTED))(
    'bound its %s together, and leave other accounts alone',
    async (name, asks) => {
      const api = await TestApi.start({ rateLimits: { enabled: true, limits: ONCE_EACH } });
      try {
        const [hasty, calm] = [await makePerson(api.container), await makePerson(api.container)];
        const organizer = await makePerson(api.container);
        const event = await makeEvent(api, { organizer });

        const passed: ApiAnswer[] = [];
        for (const ask of asks) passed.push(await ask(api, hasty, event));
        const refused = await Promise.all(asks.map((ask) => ask(api, hasty, event)));
        const other = await asks[0]!(api, calm, event);

        expect(passed.map(({ status }) => status)).not.toContain(429);
        expect(refused.map(({ body }) => body.code)).toEqual(asks.map(() => 'RATE_LIMITED'));
        for (const { headers, body } of refused) {
          const seconds = headers['ratelimit-reset']!;
          expect(headers['retry-after']).toBe(seconds);
          expect(body.message).toBe(
            `Too many requests: the limit "${name}" is ${String(asks.length)} in 60 s for each ` +
              `account; retry in ${seconds} s`,
          );
        }
        expect(other.status).not.toBe(429);
        expect(other.headers['ratelimit-remaining']).toBe(String(asks.length - 1));
      } finally {
        await api.close();
      }
    },
  );

  it('let several devices of a person look every two seconds where they stand', async () => {
    const api = await TestApi.start({ rateLimits: { enabled: true } });
    try {
      const person = await makePerson(api.container);
      const event = await makeEvent(api);
      const devices = 3;
      for (let second = 0; second < LIMITS.profiles.seconds; second += 2) {
        const answers = await Promise.all(
          Array.from({ length: devices }, () =>
            api.get(`/api/events/${String(event.id)}/me`, person.token),
          ),
        );
        expect(answers.map(({ status }) => status)).toEqual(Array(devices).fill(200));
      }
    } finally {
      await api.close();
    }
  });

  it('are there for all that changes something and for every list, and told on each answer', async () => {
    const api = await TestApi.start({ rateLimits: { enabled: true } });
    try {
      const unlimited = ROUTES.filter(
        ({ method, success, limit }) =>
          limit === undefined && (method !== 'get' || success.isList === true),
      );
      expect(unlimited).toEqual([]);

      for (const { method, path, limit } of ROUTES) {
        const { token } = await makePerson(api.container);
        const body = method === 'get' ? {} : { body: {} };
        const { headers } = await api.call(method, path, { token, ...body });
        if (limit === undefined) {
          expect(headers).not.toHaveProperty('ratelimit-limit');
          continue;
        }
        const { requests, seconds } = LIMITS[limit];
        expect(headers).toMatchObject({
          'ratelimit-limit': String(requests),
          'ratelimit-remaining': expect.stringMatching(/^\d+$/),
          'ratelimit-reset': expect.stringMatching(/^\d+$/),
          'ratelimit-policy': `${String(requests)};w=${String(seconds)}`,
        });
      }
    } finally {
      await api.close();
    }
  });
});
