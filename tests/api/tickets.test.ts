import { makeEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

describe('reading tickets', () => {
  let api: TestApi;
  let person: Person;
  let other: Person;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  beforeEach(async () => {
    [person, other] = (await makePeople(api.container, 2)) as [Person, Person];
  });
  afterAll(() => api.close());

  const book = (body: object, { token } = person): Promise<ApiAnswer> =>
    api.post('/api/tickets/book', token, body);

  describe.each(['/api/available-tickets', '/api/tickets/available-tickets'])(
    'GET %s/:event_id',
    (path) => {
      const look = (eventId: number, etag?: string, headers = {}): Promise<ApiAnswer> =>
        api.call('get', `${path}/${String(eventId)}`, {
          token: other.token,
          headers: { ...headers, ...(etag === undefined ? {} : { 'If-None-Match': etag }) },
        });

      it('returns how many there are, with the version', async () => {
        const event = await makeEvent(api, { total: 3 });
        await book({ event_id: event.id });

        const { status, body } = await look(event.id);

        expect(status).toBe(200);
        expect(body.data).toEqual({
          event_id: event.id,
          status: 'active',
          sale_status: 'on_sale',
          total_tickets: 3,
          available_tickets: 2,
          version: 1,
        });
      });

      it('answers 304 to its own ETag until something changes', async () => {
        const event = await makeEvent(api, { total: 3 });
        const { etag } = (await look(event.id)).headers;

        expect((await look(event.id, etag)).status).toBe(304);
        expect((await look(event.id, `"other", W/${etag!}`)).status).toBe(304);
        expect((await look(event.id, '*')).status).toBe(304);
        // As fetch sends it.
        const asFetch = { 'Cache-Control': 'no-cache', Pragma: 'no-cache' };
        expect(await look(event.id, etag, asFetch)).toMatchObject({
          status: 304,
          headers: { etag, 'cache-control': 'private, no-cache' },
        });
        await book({ event_id: event.id });
        const changed = await look(event.id, etag);
        expect(changed.status).toBe(200);
        expect(changed.headers.etag).not.toBe(etag);
        await api.post(`/api/events/${String(event.id)}/cancel`, event.organizer.token);
        const cancelled = await look(event.id, changed.headers.etag);
        expect(cancelled.body.data).toMatchObject({ status: 'cancelled', available_tickets: 0 });
      });

      it('requires an existing event', async () => {
        expect(await look(2_147_483_647)).toMatchObject(refusal('EVENT_NOT_FOUND'));
      });
    },
  );

  describe('GET /api/tickets', () => {
    const list = async (query: Record<string, string | number> = {}, who = person) =>
      (await api.get('/api/tickets', who.token, query)).body.data as {
        id: number;
        event_id: number;
        user_id: number;
        status: string;
      }[];

    it('lists what the caller holds or has booked, each once, by id', async () => {
      const event = await makeEvent(api);
      const { body } = await book({ event_id: event.id, additionalUsers: [other.id] });
      await book({ event_id: event.id, additionalUsers: [person.id] }, other);
      await book({ event_id: event.id }, event.organizer);

      const tickets = await list();

      expect(tickets.map(({ user_id }) => user_id)).toEqual([person.id, other.id, person.id]);
      const named = body.data.bookings.map((booking: object) => ({
        ...booking,
        event_name: event.name,
        starts_at: null,
      }));
      expect(tickets.slice(0, 2)).toEqual(named);
    });

    it('names the event of each, as it is called at present', async () => {
      const [one, two] = [await makeEvent(api), await makeEvent(api)];
      for (const { id } of [one, two, one]) await book({ event_id: id });
      const name = `${one.name}, moved`;
      await api.patch(`/api/events/${String(one.id)}`, one.organizer.token, { event_name: name });

      expect(await list()).toMatchObject(
        [name, two.name, name].map((event_name) => ({ event_name })),
      );
    });

    it('filters by event and status', async () => {
      const [one, two] = [await makeEvent(api), await makeEvent(api)];
      for (const { id } of [one, two]) await book({ event_id: id, quantity: 2 });
      await api.post('/api/tickets/cancel', person.token, { event_id: one.id, quantity: 1 });

      expect(await list()).toHaveLength(4);
      expect(await list({ event_id: one.id })).toMatchObject([
        { event_id: one.id },
        { event_id: one.id },
      ]);
      expect(await list({ event_id: one.id, status: 'cancelled' })).toHaveLength(1);
      expect(await list({ status: 'booked' })).toHaveLength(3);
      expect(await api.get('/api/tickets', person.token, { status: 'lost' })).toMatchObject(
        refusal('VALIDATION_FAILED', 'status'),
      );
    });

    it('says so where a parameter is sent more than once', async () => {
      const answer = await fetch(`${api.url}/api/tickets?status=booked&status=booked`, {
        headers: { Authorization: `Bearer ${person.token}` },
      });

      expect(await answer.json()).toMatchObject({
        code: 'VALIDATION_FAILED',
        details: [{ field: 'status', message: 'status is sent more than once' }],
      });
    });
  });

  describe('GET /api/tickets/:booking_id', () => {
    it('shows a ticket only to holder, booker, organizer and admin', async () => {
      const event = await makeEvent(api);
      const admin = await makePerson(api.container, 'admin');
      const stranger = await makePerson(api.container);
      const { body } = await book({
        event_id: event.id,
        quantity: 1,
        additionalUsers: [other.id],
      });
      const [ticket] = body.data.bookings as { id: number }[];
      const path = `/api/tickets/${String(ticket!.id)}`;

      for (const { token } of [other, person, event.organizer, admin]) {
        expect((await api.get(path, token)).body.data).toEqual(ticket);
      }
      expect(await api.get(path, stranger.token)).toMatchObject(refusal('FORBIDDEN'));
      expect(await api.get('/api/tickets/2147483647', admin.token)).toMatchObject(
        refusal('BOOKING_NOT_FOUND'),
      );
    });

    it('still shows a cancelled ticket', async () => {
      const event = await makeEvent(api);
      const { body } = await book({ event_id: event.id });
      const { id } = body.data.bookings[0] as { id: number };
      await api.post('/api/tickets/cancel', person.token, { booking_id: id });
      await book({ event_id: event.id });

      const ticket = await api.get(`/api/tickets/${String(id)}`, person.token);

      expect(ticket.body.data).toMatchObject({ id, ticket_no: 1, status: 'cancelled' });
      const { body: all } = await api.get('/api/tickets', person.token);
      expect(all.data).toMatchObject([{ ticket_no: 1 }, { ticket_no: 2 }]);
    });
  });
});
