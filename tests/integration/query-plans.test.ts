import { randomUUID } from 'node:crypto';
import { Migrator } from '../../src/database/migrator';
import { removeExpiredKeys } from '../../src/inventory/idempotency';
import { ROUTES } from '../../src/routes';
import { Tokens } from '../../src/auth/tokens';
import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { removeExpiredSessions } from '../../src/services/sessions.service';
import { makeKey, makePerson, PASSWORD, type Person } from '../factories/people';
import { crowd, CROWD } from '../support/database/crowded-database';
import { StatementRecorder } from '../support/database/query-plans';
import { TestApi, type CallOptions } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

const BUSY = CROWD.busyEventId;
const busyPath = (path: string): string => path.replace(':id', String(BUSY));

describe('on tables with many rows, no statement scans or sorts an unbounded number of rows', () => {
  let api: TestApi;
  let recorder: StatementRecorder;
  let admin: Person;
  let boxOffice: Person;
  let waiting: Person;
  beforeAll(async () => {
    const database = await emptyDatabase('crowded');
    await new Migrator(database).down({ all: true });
    await new Migrator(database).up();
    api = await TestApi.start({ database });
    await crowd(api.container.database);
    recorder = new StatementRecorder(api.container.database.sequelize, database);
    admin = await makePerson(api.container, 'admin');
    boxOffice = crowdPerson(CROWD.boxOfficeId);
    waiting = crowdPerson(CROWD.waitingId);
  });
  afterAll(() => api.close());

  function crowdPerson(id: number): Person {
    const claims = { userId: id, version: 0, authTime: null };
    const token = new Tokens(api.container.config.auth).issue(claims);
    return { id, email: `crowd${String(id - 1_000_000)}@example.com`, token };
  }

  /** Reads two pages of a list. */
  async function page(path: string, query: CallOptions['query'] = {}, who = admin): Promise<void> {
    const first = await api.get(path, who.token, { limit: 5, ...query });
    expect(first.status).toBe(200);
    const { next } = first.body.meta as { next: string | null };
    if (next === null) return;
    expect((await api.get(path, who.token, { limit: 5, ...query, after: next })).status).toBe(200);
  }

  /** Sends a change, with a key if the route accepts one. */
  async function change(
    method: 'post' | 'patch' | 'put' | 'delete',
    path: string,
    { token }: Person,
    options: Omit<CallOptions, 'token'> = {},
  ): Promise<Record<string, unknown>> {
    const route = ROUTES.find((one) => one.method === method && matches(one.path, path));
    const isIdempotent = route?.access !== 'public' && route?.isIdempotent === true;
    const { status, body } = await api.call(method, path, {
      ...options,
      token,
      ...(isIdempotent ? { headers: { 'Idempotency-Key': randomUUID() } } : {}),
    });
    if (status > 201) throw new Error(`${path} answered ${JSON.stringify(body)}`);
    return (body.data ?? {}) as Record<string, unknown>;
  }

  const book = (who: Person, event_id: number, quantity = 1) =>
    change('post', '/api/tickets/book', who, { body: { event_id, quantity } });
  const join = (who: Person, event_id: number) =>
    change('post', '/api/waitinglists/join-waitlist', who, { body: { event_id, quantity: 2 } });
  const logIn = async ({ email }: Person): Promise<{ refresh_token: string }> => {
    const { body } = await api.post('/api/auth/login', undefined, { email, password: PASSWORD });
    return body.data as { refresh_token: string };
  };
  const staffPath = ({ id }: Person): string => busyPath(`/api/events/:id/staff/${String(id)}`);
  const ticketsOf = async (who: Person): Promise<number[]> => {
    const { body } = await api.get('/api/tickets', who.token);
    return (body.data as { id: number }[]).map(({ id }) => id);
  };

  /** Each route with all combinations of its filters. */
  const USES: Record<string, () => Promise<unknown>> = {
    'POST /api/auth/signup': () =>
      api.post('/api/auth/signup', undefined, { email: 'new@example.com', password: PASSWORD }),
    'POST /api/auth/login': () =>
      api.post('/api/auth/login', undefined, { email: admin.email, password: PASSWORD }),
    'POST /api/auth/refresh': async () => {
      const { refresh_token } = await logIn(await makePerson(api.container));
      for (let times = 0; times < 2; times += 1) {
        const { status } = await api.post('/api/auth/refresh', undefined, { refresh_token });
        if (status !== 200) throw new Error('A refresh was refused');
      }
    },
    'POST /api/auth/logout': async () => {
      const person = await makePerson(api.container);
      const { refresh_token } = await logIn(person);
      await change('post', '/api/auth/logout', person, { body: { refresh_token } });
      await change('post', '/api/auth/logout', person);
    },
    'POST /api/users/me/keys': () =>
      change('post', '/api/users/me/keys', admin, { body: { name: 'A key' } }),
    'GET /api/users/me/keys': async () => {
      for (let times = 0; times < 7; times += 1) await makeKey(api.container, admin.id);
      const { text } = await makeKey(api.container, admin.id);
      await api.get('/api/users/me', text);
      await page('/api/users/me/keys');
    },
    'DELETE /api/users/me/keys/:id': async () => {
      const { id } = await makeKey(api.container, admin.id);
      await change('delete', `/api/users/me/keys/${String(id)}`, admin);
    },
    'GET /api/users/me': () => api.get('/api/users/me', boxOffice.token),
    'GET /api/users/:id': () => api.get(`/api/users/${String(waiting.id)}`, admin.token),
    'GET /api/users': () => page('/api/users'),
    'PUT /api/users/:id': async () => {
      const person = await makePerson(api.container);
      await change('put', `/api/users/${String(person.id)}`, person, {
        body: { email: `new-${person.email}` },
      });
    },
    'PATCH /api/users/:id': async () => {
      const person = await makePerson(api.container);
      await change('patch', `/api/users/${String(person.id)}`, person, {
        body: { password: 'another password', current_password: PASSWORD },
      });
    },
    'PATCH /api/users/:id/role': async () => {
      const person = await makePerson(api.container);
      await change('patch', `/api/users/${String(person.id)}/role`, admin, {
        body: { role: 'organizer' },
      });
    },
    'DELETE /api/users/:id': async () => {
      const person = await makePerson(api.container, 'admin');
      await makeSoldOutEvent(api, { organizer: person });
      await join(person, BUSY);
      await change('delete', `/api/users/${String(person.id)}`, person);
    },
    'POST /api/events/initialize': () =>
      change('post', '/api/events/initialize', admin, {
        body: { event_name: 'A new one', total_tickets: 5 },
      }),
    'GET /api/events/:event_id': () => api.get(busyPath('/api/events/:id'), boxOffice.token),
    'GET /api/events/status/:event_id': () =>
      api.get(busyPath('/api/events/status/:id'), boxOffice.token),
    'GET /api/events': async () => {
      await page('/api/events');
      await page('/api/events', { status: 'active' });
      await page('/api/events', { status: 'cancelled' });
    },
    'GET /api/events/:event_id/me': async () => {
      await api.get(busyPath('/api/events/:id/me'), waiting.token);
      await api.get(busyPath('/api/events/:id/me'), boxOffice.token);
    },
    'PATCH /api/events/:event_id': async () => {
      await change('patch', busyPath('/api/events/:id'), admin, {
        body: { event_name: 'Renamed', total_tickets: 3_100, max_tickets_per_user: 1_000 },
      });
    },
    'PUT /api/events/:event_id/staff/:user_id': async () => {
      await change('put', staffPath(await makePerson(api.container)), admin, {
        body: { rights: ['tickets'] },
      });
    },
    'GET /api/events/:event_id/staff': async () => {
      for (let times = 0; times < 6; times += 1) {
        await change('put', staffPath(await makePerson(api.container)), admin, {
          body: { rights: ['waitlist'] },
        });
      }
      await page(busyPath('/api/events/:id/staff'));
    },
    'DELETE /api/events/:event_id/staff/:user_id': async () => {
      const person = await makePerson(api.container);
      await change('put', staffPath(person), admin, { body: { rights: ['tickets'] } });
      await api.get('/api/admin/audit', person.token, { event_id: BUSY });
      await change('delete', staffPath(person), admin);
    },
    'POST /api/events/:event_id/cancel': async () => {
      const event = await makeSoldOutEvent(api);
      await join(waiting, event.id);
      await change('post', `/api/events/${String(event.id)}/cancel`, event.organizer);
    },
    'POST /api/tickets/book': async () => {
      const event = await makeEvent(api, { total: 3, cap: 4 });
      await change('post', '/api/tickets/book', event.organizer, {
        body: { event_id: event.id, quantity: 5, additionalUsers: [waiting.id, boxOffice.id] },
      });
      await book(await makePerson(api.container), BUSY);
    },
    'POST /api/tickets/cancel': async () => {
      await change('post', '/api/tickets/cancel', boxOffice, {
        body: { event_id: BUSY, quantity: 1 },
      });
      const event = await makeSoldOutEvent(api, { total: 3 });
      const [one, another] = await ticketsOf(event.organizer);
      await change('post', '/api/tickets/cancel', event.organizer, {
        body: { booking_ids: [one, another] },
      });
    },
    'GET /api/available-tickets/:event_id': () =>
      api.get(busyPath('/api/available-tickets/:id'), boxOffice.token),
    'GET /api/tickets/available-tickets/:event_id': () =>
      api.get(busyPath('/api/tickets/available-tickets/:id'), boxOffice.token),
    'GET /api/tickets': async () => {
      for (const who of [boxOffice, waiting]) {
        await page('/api/tickets', {}, who);
        await page('/api/tickets', { status: 'booked' }, who);
        await page('/api/tickets', { status: 'cancelled' }, who);
        await page('/api/tickets', { event_id: BUSY }, who);
        await page('/api/tickets', { event_id: BUSY, status: 'cancelled' }, who);
      }
    },
    'GET /api/tickets/:booking_id': async () => {
      const [ticket] = await ticketsOf(boxOffice);
      await api.get(`/api/tickets/${String(ticket)}`, boxOffice.token);
    },
    'POST /api/waitinglists/join-waitlist': async () => join(await makePerson(api.container), BUSY),
    'PATCH /api/waitinglists/:event_id': async () => {
      const person = await makePerson(api.container);
      await join(person, BUSY);
      await change('patch', busyPath('/api/waitinglists/:id'), person, { body: { quantity: 1 } });
    },
    'GET /api/waitinglists': async () => {
      for (const who of [admin, waiting]) {
        await page('/api/waitinglists', {}, who);
        await page('/api/waitinglists', { event_id: BUSY }, who);
        await page('/api/waitinglists', { user_id: waiting.id }, who);
        await page('/api/waitinglists', { event_id: BUSY, user_id: waiting.id }, who);
      }
    },
    'DELETE /api/waitinglists/:event_id': async () => {
      const person = await makePerson(api.container);
      await join(person, BUSY);
      await change('delete', busyPath('/api/waitinglists/:id'), admin, {
        query: { user_id: person.id },
      });
    },
    'PATCH /api/waitinglists/:entry_id/priority': async () => {
      const { id } = await join(await makePerson(api.container), BUSY);
      await change('patch', `/api/waitinglists/${String(id)}/priority`, admin, {
        body: { priority: 10, reason: 'a test' },
      });
    },
    'GET /api/admin/audit': async () => {
      const filters: NonNullable<CallOptions['query']>[] = [
        {},
        { event_id: BUSY },
        { user_id: waiting.id },
        { action: 'event.update' },
      ];
      for (const filter of filters) {
        await page('/api/admin/audit', filter);
        await page('/api/admin/audit', { event_id: BUSY, ...filter });
        await page('/api/admin/audit', { user_id: boxOffice.id, ...filter });
      }
      await page('/api/admin/audit', {
        event_id: BUSY,
        user_id: boxOffice.id,
        action: 'tickets.book',
      });
    },
    'GET /api/admin/events/:event_id/reconcile': () =>
      api.get(busyPath('/api/admin/events/:id/reconcile'), admin.token),
  };

  it('every route is tested', () => {
    const routes = ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(Object.keys(USES).sort()).toEqual([...new Set(routes)].sort());
  });

  it.each(Object.entries(USES))('%s', (_route, use) => expectNoFaults(use));

  it('removing expired keys', () =>
    expectNoFaults(() => removeExpiredKeys(api.container.database)));

  it('removing expired sessions', () =>
    expectNoFaults(() => removeExpiredSessions(api.container.database)));

  it('reconciling all events', () =>
    expectNoFaults(async () => {
      let events = 0;
      for await (const { event } of api.container.services.reconcile.reconcileAll()) {
        if (event.id > 0) events += 1;
      }
      expect(events).toBeGreaterThan(1_250);
    }));

  it('no list uses OFFSET', async () => {
    const statements = await recorder.record(async () => {
      for (const [route, use] of Object.entries(USES)) if (route.startsWith('GET')) await use();
    });
    expect(statements.filter(({ sql }) => /\bOFFSET\b|\bLIMIT \d+, /i.test(sql))).toEqual([]);
  });

  async function expectNoFaults(use: () => Promise<unknown>): Promise<void> {
    const statements = await recorder.record(use);
    expect(statements).not.toEqual([]);
    const faults: string[] = [];
    for (const statement of statements) faults.push(...(await recorder.faultsOf(statement)));
    expect(faults).toEqual([]);
  }
});

function matches(pattern: string, path: string): boolean {
  const [one, other] = [pattern.split('/'), path.split('/')];
  return (
    one.length === other.length &&
    one.every((part, index) => part.startsWith(':') || part === other[index])
  );
}
