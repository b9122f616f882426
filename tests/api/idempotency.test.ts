import { randomUUID } from 'node:crypto';
import { makeEvent, makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer, type Method } from '../support/http/test-api';

/** One request to a route that accepts keys. */
interface IdempotentCall {
  readonly method: Method;
  readonly path: string;
  readonly person: Person;
  readonly body?: object;
}

describe('Idempotency-Key', () => {
  let api: TestApi;
  let person: Person;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  beforeEach(async () => {
    person = await makePerson(api.container);
  });
  afterAll(() => api.close());

  const send = ({ method, path, person: { token }, body }: IdempotentCall, key: string) =>
    api.call(method, path, { token, body, headers: { 'Idempotency-Key': key } });
  const book = (eventId: number, key: string, more: object = {}, who = person) =>
    send(
      {
        method: 'post',
        path: '/api/tickets/book',
        person: who,
        body: { event_id: eventId, ...more },
      },
      key,
    );
  const isReplay = ({ headers }: ApiAnswer): boolean => headers['idempotent-replayed'] === 'true';
  const eventNow = async ({ id }: { id: number }): Promise<ApiAnswer['body']> =>
    (await api.get(`/api/events/status/${String(id)}`, person.token)).body.data;
  const bookingsOf = (eventId: number): Promise<number> =>
    api.container.database.models.Booking.count({ where: { event_id: eventId } });

  /** A request to each route of the contract, and a different body for its key. */
  const ROUTES: Record<
    string,
    (event: MadeEvent) => Promise<{ request: IdempotentCall; other?: object }>
  > = {
    'POST /api/tickets/book': (event) =>
      Promise.resolve({
        request: {
          method: 'post',
          path: '/api/tickets/book',
          person,
          body: { event_id: event.id },
        },
        other: { event_id: event.id, quantity: 2 },
      }),
    'POST /api/tickets/cancel': (event) =>
      Promise.resolve({
        request: {
          method: 'post',
          path: '/api/tickets/cancel',
          person: event.organizer,
          body: { event_id: event.id, quantity: 1 },
        },
        other: { event_id: event.id, quantity: 2 },
      }),
    'POST /api/waitinglists/join-waitlist': (event) =>
      Promise.resolve({
        request: {
          method: 'post',
          path: '/api/waitinglists/join-waitlist',
          person,
          body: { event_id: event.id },
        },
        other: { event_id: event.id, quantity: 2 },
      }),
    'DELETE /api/waitinglists/:event_id': async (event) => {
      await api.post('/api/waitinglists/join-waitlist', person.token, { event_id: event.id });
      return {
        request: { method: 'delete', path: `/api/waitinglists/${String(event.id)}`, person },
      };
    },
    'POST /api/events/initialize': () => {
      const body = { event_name: `Once ${randomUUID()}`, total_tickets: 1 };
      return Promise.resolve({
        request: { method: 'post', path: '/api/events/initialize', person, body },
        other: { ...body, total_tickets: 2 },
      });
    },
    'PATCH /api/events/:event_id': (event) =>
      Promise.resolve({
        request: {
          method: 'patch',
          path: `/api/events/${String(event.id)}`,
          person: event.organizer,
          body: { total_tickets: 9 },
        },
        other: { total_tickets: 8 },
      }),
    'POST /api/events/:event_id/cancel': (event) =>
      Promise.resolve({
        request: {
          method: 'post',
          path: `/api/events/${String(event.id)}/cancel`,
          person: event.organizer,
        },
      }),
  };

  describe.each(Object.entries(ROUTES))('on %s', (_name, prepare) => {
    it('takes effect once if sent twice, and repeats the answer byte for byte', async () => {
      const event = await makeSoldOutEvent(api, { total: 3 });
      const { request, other } = await prepare(event);
      const key = randomUUID();

      const first = await send(request, key);
      const version = (await eventNow(event)).version as number;
      const second = await send(request, key);

      expect(first.status).toBeLessThan(300);
      expect(isReplay(first)).toBe(false);
      expect(isReplay(second)).toBe(true);
      expect(second.status).toBe(first.status);
      expect(JSON.stringify(second.body)).toBe(JSON.stringify(first.body));
      expect((await eventNow(event)).version).toBe(version);
      if (other) {
        expect(await send({ ...request, body: other }, key)).toMatchObject(
          refusal('IDEMPOTENCY_KEY_REUSED'),
        );
      }
    });
  });

  it('tells removals with different queries apart', async () => {
    const event = await makeSoldOutEvent(api, { total: 1 });
    const [one, two] = (await makePeople(api.container, 2)) as [Person, Person];
    for (const { token } of [one, two]) {
      await api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id });
    }
    const key = randomUUID();
    const remove = ({ id }: Person): Promise<ApiAnswer> =>
      api.call('delete', `/api/waitinglists/${String(event.id)}`, {
        token: event.organizer.token,
        query: { user_id: id },
        headers: { 'Idempotency-Key': key },
      });

    expect((await remove(one)).status).toBe(200);
    expect(await remove(two)).toMatchObject(refusal('IDEMPOTENCY_KEY_REUSED'));
    expect(isReplay(await remove(one))).toBe(true);
  });

  it('is free for another person, event or route', async () => {
    const [one, two] = [await makeEvent(api), await makeEvent(api)];
    const key = randomUUID();
    const other = await makePerson(api.container);
    await book(one.id, key);

    const answers = [
      await book(two.id, key),
      await book(one.id, key, {}, other),
      await send(
        { method: 'post', path: '/api/tickets/cancel', person, body: { event_id: one.id } },
        key,
      ),
    ];

    for (const answer of answers) {
      expect(answer.status).toBeLessThan(300);
      expect(isReplay(answer)).toBe(false);
    }
  });

  it('is compared byte for byte', async () => {
    const event = await makeEvent(api);
    const key = `Key-${randomUUID()}`;
    await book(event.id, key);

    for (const other of [key.toLowerCase(), key.toUpperCase(), `${key}_`, key.slice(0, -1)]) {
      expect(isReplay(await book(event.id, other))).toBe(false);
    }
    expect(await bookingsOf(event.id)).toBe(5);
  });

  it('recognizes the same request in spite of another order of fields', async () => {
    const event = await makeEvent(api);
    const key = randomUUID();
    const request = { method: 'post', path: '/api/tickets/book', person } as const;

    await send({ ...request, body: { event_id: event.id, quantity: 2 } }, key);

    expect(
      isReplay(await send({ ...request, body: { quantity: 2, event_id: event.id } }, key)),
    ).toBe(true);
  });

  it('stays free after a refusal', async () => {
    const event = await makeSoldOutEvent(api, { total: 1 });
    const key = randomUUID();
    const request: IdempotentCall = {
      method: 'post',
      path: '/api/tickets/cancel',
      person,
      body: { event_id: event.id },
    };
    expect(await send(request, key)).toMatchObject(refusal('BOOKING_NOT_FOUND'));
    await api.post('/api/tickets/book', person.token, { event_id: event.id });
    await api.post('/api/tickets/cancel', event.organizer.token, { event_id: event.id });

    const again = await send({ ...request, body: { event_id: event.id, quantity: 1 } }, key);

    expect(again.status).toBe(200);
    expect(isReplay(again)).toBe(false);
  });

  it('replays before checking the current state of the event', async () => {
    const event = await makeEvent(api, { total: 1 });
    const key = randomUUID();
    const first = await book(event.id, key);
    await api.post(`/api/events/${String(event.id)}/cancel`, event.organizer.token);

    const again = await book(event.id, key);

    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(isReplay(again)).toBe(true);
    expect(await book(event.id, key, { quantity: 2 })).toMatchObject(
      refusal('IDEMPOTENCY_KEY_REUSED'),
    );
    expect(await book(event.id, randomUUID())).toMatchObject(refusal('EVENT_CANCELLED'));
  });

  it('takes effect once for 100 simultaneous requests', async () => {
    const event = await makeEvent(api, { total: 100 });
    const key = randomUUID();

    const answers = await Promise.all(Array.from({ length: 100 }, () => book(event.id, key)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(await bookingsOf(event.id)).toBe(1);
    expect(await eventNow(event)).toMatchObject({ available_tickets: 99, version: 1 });
  });

  it('creates one event for 20 simultaneous requests', async () => {
    const body = { event_name: `Once ${randomUUID()}`, total_tickets: 1 };
    const request = { method: 'post', path: '/api/events/initialize', person, body } as const;
    const key = randomUUID();

    const answers = await Promise.all(Array.from({ length: 20 }, () => send(request, key)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.body.data.id)).size).toBe(1);
  });

  it('stores no dry run', async () => {
    const event = await makeEvent(api);
    const key = randomUUID();
    const patch = (query: Record<string, boolean>): Promise<ApiAnswer> =>
      api.patch(
        `/api/events/${String(event.id)}`,
        event.organizer.token,
        { total_tickets: 20 },
        { query, headers: { 'Idempotency-Key': key } },
      );

    await patch({ dry_run: true });
    const real = await patch({});

    expect(isReplay(real)).toBe(false);
    expect(real.body.data).toMatchObject({ total_tickets: 20, version: 1 });
  });

  it('expires after 24 hours', async () => {
    const event = await makeEvent(api);
    const key = randomUUID();
    await book(event.id, key);
    const { IdempotencyKey } = api.container.database.models;
    const aDayAgo = new Date(Date.now() - 24 * 3_600_000);
    await IdempotencyKey.update(
      { createdAt: aDayAgo },
      { where: { user_id: person.id, idempotency_key: key } },
    );

    const again = await book(event.id, key, { quantity: 2 });

    expect(again.status).toBe(201);
    expect(isReplay(again)).toBe(false);
    expect(isReplay(await book(event.id, key, { quantity: 2 }))).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['in two parts', 'two parts'],
    ['not ASCII', 'ké'],
  ])('that is %s is refused', async (_what, key) => {
    const event = await makeEvent(api);

    expect(await book(event.id, key)).toMatchObject(
      refusal('VALIDATION_FAILED', 'Idempotency-Key'),
    );
    expect(await bookingsOf(event.id)).toBe(0);
  });

  it('may have 255 characters', async () => {
    const event = await makeEvent(api);
    const key = '~'.repeat(255);

    await book(event.id, key);

    expect(isReplay(await book(event.id, key))).toBe(true);
  });
});
