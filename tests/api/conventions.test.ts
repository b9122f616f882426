import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { ROUTES } from '../../src/routes';
import { makeEvent } from '../factories/events';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { pathWith } from '../support/http/route-path';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

const TOO_LARGE_BYTES = 101 * 1_024;

describe('conventions', () => {
  let api: TestApi;
  let admin: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    admin = await makePerson(api.container, 'admin');
  });
  afterAll(() => api.close());

  /** Sends the text unchanged, which the test client does not. */
  async function sendRaw(
    path: string,
    text: string | Buffer,
    headers: Record<string, string> = { 'Content-Type': 'application/json' },
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${api.url}${path}`, {
      method: 'POST',
      body: typeof text === 'string' ? text : new Uint8Array(text),
      headers: { Authorization: `Bearer ${admin.token}`, ...headers },
    });
    return { status: response.status, body: await response.json() };
  }

  /** Sends text in chunks, and no type with it. */
  async function sendChunked(
    path: string,
    text: string,
  ): Promise<{ status: number; body: unknown }> {
    const sent = request(`${api.url}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${admin.token}`, 'Transfer-Encoding': 'chunked' },
    });
    sent.end(text);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, body: await json(answer) };
  }

  describe('X-Request-Id', () => {
    const ask = (id?: string): Promise<ApiAnswer> =>
      api.call('get', '/api/users/me', { headers: id === undefined ? {} : { 'X-Request-Id': id } });

    it("is the caller's if it sent a valid one, in header and error", async () => {
      for (const id of ['checkout-7', '~'.repeat(128)]) {
        const { headers, body } = await ask(id);
        expect(headers['x-request-id']).toBe(id);
        expect(body.requestId).toBe(id);
      }
    });

    it('is otherwise a new one for each request', async () => {
      const ids = [];
      for (const id of [undefined, undefined, '~'.repeat(129), 'two words', 'é', '']) {
        ids.push((await ask(id)).headers['x-request-id']);
      }
      expect(new Set(ids).size).toBe(6);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe('every route of the table', () => {
    const table = ROUTES.map((route) => [route.method.toUpperCase(), route.path, route] as const);

    it.each(table)(
      '%s %s refuses unknown and duplicate query parameters',
      async (_m, _p, route) => {
        const known = Object.keys(new (route.query ?? Object)());
        const url = `${api.url}${pathWith(route.path, 1)}`;
        for (const query of [
          '?surprise=1',
          '?limit=1&limit=2',
          ...known.map((n) => `?${n}=1&${n}=1`),
        ]) {
          const response = await fetch(url + query, {
            method: route.method.toUpperCase(),
            headers: { Authorization: `Bearer ${admin.token}`, 'Content-Type': 'application/json' },
            ...(route.method === 'get' ? {} : { body: '{}' }),
          });
          const { message } = (await response.json()) as { message: string };
          expect([query, response.status, message]).toEqual([
            query,
            400,
            expect.stringMatching(
              /is not a query parameter of this request|is sent more than once/,
            ),
          ]);
        }
      },
    );

    it.each(table.filter(([, , { method }]) => method !== 'get'))(
      '%s %s refuses unknown body fields',
      async (_m, _p, route) => {
        const answer = await api.call(route.method, pathWith(route.path, 1), {
          token: admin.token,
          body: { surprise: 1 },
        });
        expect(answer).toMatchObject(refusal('VALIDATION_FAILED', 'surprise'));
      },
    );

    it.each(table.filter(([, path]) => path.includes(':')))(
      '%s %s requires a whole number from 1 to 2 147 483 647 in its path',
      async (_m, _p, route) => {
        for (const id of ['0', '-1', '1.5', '01', 'one', '1e3', '0x1', '2147483648', '%31%20']) {
          const answer = await api.call(route.method, pathWith(route.path, id), {
            token: admin.token,
          });
          expect([id, answer.body.code]).toEqual([id, 'VALIDATION_FAILED']);
        }
      },
    );

    it.each(table.filter(([method]) => method === 'GET'))(
      '%s %s must be revalidated each time, and its errors are never stored',
      async (_m, _p, route) => {
        const event = await makeEvent(api, { organizer: admin });
        const { body } = await api.post('/api/tickets/book', admin.token, { event_id: event.id });
        const id = route.path.includes('booking_id')
          ? (body.data.bookings[0].id as number)
          : route.path.includes('event_id')
            ? event.id
            : admin.id;

        const good = await api.get(pathWith(route.path, id), admin.token);
        const bad = await api.get(pathWith(route.path, id));

        expect(good.status).toBe(200);
        expect(good.headers['cache-control']).toBe('private, no-cache');
        expect(bad.headers['cache-control']).toBe('no-store');
      },
    );

    it('answers other methods with 405 and the allowed ones', async () => {
      for (const path of new Set(ROUTES.map((route) => route.path))) {
        const methods = ROUTES.filter((route) => route.path === path).map(({ method }) => method);
        const other = (['get', 'post', 'put', 'patch', 'delete'] as const).find(
          (method) => !methods.includes(method),
        )!;
        const answer = await api.call(other, pathWith(path, 1));
        expect(answer).toMatchObject(refusal('METHOD_NOT_ALLOWED'));
        for (const method of methods) {
          expect(answer.headers.allow!.split(', ')).toContain(method.toUpperCase());
        }
      }
    });
  });

  it('answers unknown paths with 404', async () => {
    for (const path of ['/', '/api', '/api/nothing', '/API/events', '/api/events/1/nothing']) {
      expect(await api.get(path)).toMatchObject(refusal('ROUTE_NOT_FOUND'));
    }
  });

  it('has one shape for errors, without details if there is nothing to list', async () => {
    const { body } = await api.get('/api/events/status/2147483647', admin.token);

    expect(body).toEqual({
      statusCode: 404,
      code: 'EVENT_NOT_FOUND',
      message: expect.any(String),
      requestId: expect.any(String),
    });
    const faulty = await api.post('/api/events/initialize', admin.token, { total_tickets: 0 });
    expect(faulty.body.details).toEqual(
      expect.arrayContaining([
        { field: 'event_name', message: expect.any(String) },
        { field: 'total_tickets', message: expect.stringContaining('total_tickets') },
      ]),
    );
  });

  describe('a body', () => {
    const path = '/api/tickets/book';

    it.each([
      ['cut off', '{"event_id": 1'],
      ['two values', '{}{}'],
      ['in single quotes', "{'event_id': 1}"],
      ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ])('that is %s is malformed', async (_what, text) => {
      expect(await sendRaw(path, text)).toMatchObject(refusal('MALFORMED_JSON'));
    });

    it.each(['null', '7', '"text"', 'true', '[]', '[{"event_id": 1}]'])(
      'of %s is JSON, but not an object',
      async (text) => {
        expect(await sendRaw(path, text)).toMatchObject(refusal('VALIDATION_FAILED', 'body'));
      },
    );

    it('with a field named __proto__ has an unknown field', async () => {
      expect(await sendRaw(path, '{"event_id": 1, "__proto__": {"quantity": 1}}')).toMatchObject(
        refusal('VALIDATION_FAILED', '__proto__'),
      );
    });

    it('of more than 100 KiB is too large', async () => {
      const large = JSON.stringify({ event_id: 1, pad: 'x'.repeat(TOO_LARGE_BYTES) });

      for (const type of ['application/json', 'text/plain']) {
        const answer = await sendRaw(path, large, { 'Content-Type': type });
        expect(answer).toMatchObject(refusal('PAYLOAD_TOO_LARGE'));
        expect(answer.body).toMatchObject({
          message: 'The body is larger than the limit of 102400 bytes',
        });
      }
    });

    it.each([
      ['text', { 'Content-Type': 'text/plain' }],
      ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
      ['compressed', { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }],
      ['Latin-1', { 'Content-Type': 'application/json; charset=iso-8859-1' }],
      ['UTF-16', { 'Content-Type': 'application/json; charset=utf-16' }],
    ])('sent as %s is of an unsupported type', async (_what, headers) => {
      expect(await sendRaw(path, '{"event_id": 1}', headers)).toMatchObject(
        refusal('UNSUPPORTED_MEDIA_TYPE'),
      );
    });

    it.each(['utf8', 'UTF8', 'UTF-8', '"utf-8"', 'us-ascii', 'ascii'])(
      'may say that it is UTF-8 by charset=%s',
      async (charset) => {
        const event = await makeEvent(api);
        const answer = await sendRaw(path, JSON.stringify({ event_id: event.id }), {
          'Content-Type': `application/json; charset=${charset}`,
        });
        expect(answer.status).toBe(201);
      },
    );

    it('in a charset that is not UTF-8 is refused by the name of the charset', async () => {
      const answer = await sendRaw(path, '{}', {
        'Content-Type': 'application/json; charset=ISO-8859-1',
      });
      expect(answer).toMatchObject(refusal('UNSUPPORTED_MEDIA_TYPE'));
      expect((answer.body as { message: string }).message).toContain('ISO-8859-1');
    });

    it('may begin with a byte order mark', async () => {
      const event = await makeEvent(api);

      const answer = await sendRaw(path, `\ufeff{"event_id": ${String(event.id)}}`);

      expect(answer.status).toBe(201);
    });

    it('in chunks without a type may be empty, and nothing else', async () => {
      const event = await makeEvent(api, { organizer: admin });
      const chunked = (text: string): Promise<{ status: number; body: unknown }> =>
        sendChunked(`/api/events/${String(event.id)}/cancel`, text);

      expect(await chunked('{}')).toMatchObject(refusal('UNSUPPORTED_MEDIA_TYPE'));
      expect(await chunked('x'.repeat(TOO_LARGE_BYTES))).toMatchObject(
        refusal('PAYLOAD_TOO_LARGE'),
      );
      expect((await chunked('')).status).toBe(200);
    });

    it('may be omitted if the route requires no fields', async () => {
      const event = await makeEvent(api, { organizer: admin });

      const { status } = await sendRaw(`/api/events/${String(event.id)}/cancel`, '', {});

      expect(status).toBe(200);
    });
  });

  describe('a token', () => {
    const ask = (headers: Record<string, string>): Promise<ApiAnswer> =>
      api.call('get', '/api/users/me', { headers });

    it('is missing if there is no bearer token', async () => {
      for (const headers of [{}, { Authorization: 'Basic YTpi' }, { Authorization: 'Bearer' }]) {
        const answer = await ask(headers as Record<string, string>);
        expect(answer).toMatchObject(refusal('UNAUTHENTICATED'));
        expect(answer.headers['www-authenticate']).toBe('Bearer');
      }
    });

    it('is invalid if it was not issued here', async () => {
      const [head, claims] = admin.token.split('.');
      const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
      for (const token of [
        'nonsense',
        `${head!}.${claims!}.AAAA`,
        `${unsigned}.${claims!}.`,
        'x'.repeat(3_000),
      ]) {
        const answer = await ask({ Authorization: `Bearer ${token}` });
        expect(answer).toMatchObject(refusal('INVALID_TOKEN'));
      }
    });
  });

  describe('CORS', () => {
    it('exposes the headers that clients need', async () => {
      const { headers } = await api.call('get', '/api/users/me', {
        headers: { Origin: 'https://shop.example' },
      });
      expect(headers['access-control-expose-headers']?.split(',')).toEqual(
        expect.arrayContaining([
          'X-Request-Id',
          'ETag',
          'Retry-After',
          'Idempotent-Replayed',
          'RateLimit-Limit',
          'RateLimit-Remaining',
          'RateLimit-Reset',
        ]),
      );
    });
  });

  describe('of several faults, the first of these is reported', () => {
    const post = (path: string, options: Parameters<TestApi['call']>[2]): Promise<ApiAnswer> =>
      api.call('post', path, options);
    const huge = { pad: 'x'.repeat(TOO_LARGE_BYTES) };

    it('route, token, size and type, shape, role', async () => {
      const person = await makePerson(api.container);
      const rolePath = `/api/users/${String(admin.id)}/role`;
      const patchRole = (token: string, body: object): Promise<ApiAnswer> =>
        api.patch(rolePath, token, body);

      expect(await post('/api/nothing', { body: huge })).toMatchObject(refusal('ROUTE_NOT_FOUND'));
      expect(await post(rolePath, { body: huge })).toMatchObject(refusal('METHOD_NOT_ALLOWED'));
      expect(await post('/api/tickets/book', { body: huge })).toMatchObject(
        refusal('UNAUTHENTICATED'),
      );
      expect(
        await post('/api/tickets/book', { token: person.token, body: huge, query: { x: 1 } }),
      ).toMatchObject(refusal('PAYLOAD_TOO_LARGE'));
      expect(await patchRole(person.token, { role: 'king' })).toMatchObject(
        refusal('VALIDATION_FAILED'),
      );
      expect(await patchRole(person.token, { role: 'user' })).toMatchObject(refusal('FORBIDDEN'));
    });

    it('shape of the key, checks that need no row, the key, the event', async () => {
      const person = await makePerson(api.container);
      const body = { event_id: 2_147_483_647, user_id: admin.id };
      const bookWith = (key: string, more: object): Promise<ApiAnswer> =>
        post('/api/tickets/book', {
          token: person.token,
          body: { ...body, ...more },
          headers: { 'Idempotency-Key': key },
        });

      expect(await bookWith('not one', {})).toMatchObject(
        refusal('VALIDATION_FAILED', 'Idempotency-Key'),
      );
      expect(await bookWith('k', {})).toMatchObject(refusal('FORBIDDEN'));
      expect(
        await bookWith('k', { user_id: person.id, additionalUsers: [2_147_483_647] }),
      ).toMatchObject(refusal('EVENT_NOT_FOUND'));
    });

    it('event, its cancellation, people, tickets, their owner, the cap', async () => {
      const [person, organizer] = [
        await makePerson(api.container),
        await makePerson(api.container),
      ];
      const [open, gone] = [
        await makeEvent(api, { organizer, cap: 1 }),
        await makeEvent(api, { organizer }),
      ];
      const book = (body: object): Promise<ApiAnswer> =>
        api.post('/api/tickets/book', person.token, body);
      const cancel = (body: object): Promise<ApiAnswer> =>
        api.post('/api/tickets/cancel', person.token, body);
      const bookingOf = async (eventId: number): Promise<number> =>
        (await api.post('/api/tickets/book', organizer.token, { event_id: eventId })).body.data
          .bookings[0].id as number;
      const [openTicket, goneTicket] = [await bookingOf(open.id), await bookingOf(gone.id)];
      await api.post('/api/tickets/cancel', organizer.token, { booking_id: openTicket });
      await api.post(`/api/events/${String(gone.id)}/cancel`, organizer.token);
      const missing = 2_147_483_647;

      const unknown = { additionalUsers: [missing] };
      expect(await book({ event_id: gone.id, ...unknown })).toMatchObject(
        refusal('EVENT_CANCELLED'),
      );
      expect(
        await api.patch(`/api/events/${String(gone.id)}`, person.token, { total_tickets: 1 }),
      ).toMatchObject(refusal('EVENT_CANCELLED'));
      expect(await cancel({ booking_id: goneTicket })).toMatchObject(refusal('EVENT_CANCELLED'));
      expect(await book({ event_id: open.id, quantity: 5, ...unknown })).toMatchObject(
        refusal('USER_NOT_FOUND'),
      );
      const both = { event_id: open.id, booking_ids: [openTicket, missing] };
      expect(await cancel(both)).toMatchObject(refusal('BOOKING_NOT_FOUND'));
      expect(await cancel({ booking_id: openTicket })).toMatchObject(refusal('FORBIDDEN'));
      const join = { event_id: open.id, quantity: 2 };
      expect(await api.post('/api/waitinglists/join-waitlist', person.token, join)).toMatchObject(
        refusal('TICKET_LIMIT_REACHED'),
      );
    });

    it('a password is not checked before the right to the account', async () => {
      const person = await makePerson(api.container);
      const change = { password: PASSWORD, current_password: 'not it' };

      expect(await api.patch(`/api/users/${String(admin.id)}`, person.token, change)).toMatchObject(
        refusal('FORBIDDEN'),
      );
    });
  });
});
