import { randomUUID } from 'node:crypto';
import { makeEvent, makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

describe('changing an event', () => {
  let api: TestApi;
  let stranger: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    stranger = await makePerson(api.container);
  });
  afterAll(() => api.close());

  const pathOf = ({ id }: MadeEvent): string => `/api/events/${String(id)}`;
  const change = (
    event: MadeEvent,
    body: object,
    query: Record<string, string> = {},
  ): Promise<ApiAnswer> => api.patch(pathOf(event), event.organizer.token, body, { query });
  const cancel = (event: MadeEvent): Promise<ApiAnswer> =>
    api.post(`${pathOf(event)}/cancel`, event.organizer.token);
  const statusOf = async ({ id }: MadeEvent): Promise<ApiAnswer['body']> =>
    (await api.get(`/api/events/status/${String(id)}`, stranger.token)).body.data;
  const join = (event: MadeEvent, { token }: Person, quantity = 1): Promise<ApiAnswer> =>
    api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id, quantity });

  it('changes name and cap, each time with a new version', async () => {
    const event = await makeEvent(api);
    const name = `Renamed ${randomUUID()}`;

    const { status, body } = await change(event, {
      event_name: ` ${name} `,
      max_tickets_per_user: 2,
    });

    expect(status).toBe(200);
    expect(body.data).toMatchObject({ event_name: name, max_tickets_per_user: 2, version: 1 });
    expect((await change(event, { max_tickets_per_user: null })).body.data).toMatchObject({
      event_name: name,
      max_tickets_per_user: null,
    });
  });

  it('refuses a name that another event has, even if two are renamed at once', async () => {
    const [one, two, other] = [await makeEvent(api), await makeEvent(api), await makeEvent(api)];
    const event_name = `Wanted ${randomUUID()}`;

    expect(await change(one, { event_name: other.name })).toMatchObject(
      refusal('EVENT_NAME_TAKEN', 'event_name'),
    );
    expect((await change(one, { event_name: one.name })).status).toBe(200);
    const answers = await Promise.all([change(one, { event_name }), change(two, { event_name })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)).toMatchObject(
      refusal('EVENT_NAME_TAKEN', 'event_name'),
    );
  });

  it('gives added tickets to the waitlist first, in order, and the rest to stock', async () => {
    const event = await makeSoldOutEvent(api, { total: 2 });
    const [first, second] = await makePeople(api.container, 2);
    await join(event, first!, 2);
    await join(event, second!, 1);

    const { body: partly } = await change(event, { total_tickets: 3 });
    expect(partly.data).toMatchObject({ total_tickets: 3, available_tickets: 0, version: 4 });
    expect(await statusOf(event)).toMatchObject({ waitlist_count: 2, waitlist_tickets: 2 });

    const { body: fully } = await change(event, { total_tickets: 10 });
    expect(fully.data).toMatchObject({ total_tickets: 10, available_tickets: 5, version: 5 });
    expect(await statusOf(event)).toMatchObject({ waitlist_count: 0, waitlist_tickets: 0 });
    expect((await api.get('/api/tickets', first!.token)).body.data).toHaveLength(2);
  });

  it('removes stock, but no booked ticket', async () => {
    const event = await makeEvent(api, { total: 5 });
    await api.post('/api/tickets/book', stranger.token, { event_id: event.id, quantity: 3 });

    expect(await change(event, { total_tickets: 2 })).toMatchObject(
      refusal('CAPACITY_BELOW_BOOKED', 'total_tickets'),
    );
    expect((await change(event, { total_tickets: 3 })).body.data).toMatchObject({
      total_tickets: 3,
      available_tickets: 0,
    });
  });

  it('takes no tickets away if the cap is lowered', async () => {
    const event = await makeEvent(api);
    const body = { event_id: event.id, quantity: 3 };
    await api.post('/api/tickets/book', stranger.token, body);

    expect((await change(event, { max_tickets_per_user: 1 })).status).toBe(200);

    const { body: mine } = await api.get(`${pathOf(event)}/me`, stranger.token);
    expect(mine.data.tickets_held).toBe(3);
    expect(await api.post('/api/tickets/book', stranger.token, body)).toMatchObject(
      refusal('TICKET_LIMIT_REACHED'),
    );
  });

  it.each([
    ['event_name', {}],
    ['event_name', { event_name: '  ' }],
    ['event_name', { event_name: null }],
    ['total_tickets', { total_tickets: 0 }],
    ['total_tickets', { total_tickets: null }],
    ['max_tickets_per_user', { max_tickets_per_user: 1_001 }],
    ['status', { status: 'cancelled' }],
  ])('refuses a bad %s: %j', async (field, body) => {
    const event = await makeEvent(api);

    expect(await change(event, body)).toMatchObject(refusal('VALIDATION_FAILED', field));
  });

  describe('?dry_run=true', () => {
    it('shows who would get how many tickets, and changes nothing', async () => {
      const event = await makeSoldOutEvent(api, { total: 1 });
      const [first, second] = await makePeople(api.container, 2);
      await join(event, first!, 1);
      await join(event, second!, 2);
      const before = await statusOf(event);

      const { status, body } = await change(event, { total_tickets: 3 }, { dry_run: 'true' });

      expect(status).toBe(200);
      expect(body.data).toMatchObject({
        dry_run: true,
        total_tickets: 3,
        available_tickets: 0,
        promoted_tickets: 2,
        promotions: [
          { user_id: first!.id, quantity: 1, still_wanted: 0 },
          { user_id: second!.id, quantity: 1, still_wanted: 1 },
        ],
      });
      expect(await statusOf(event)).toEqual(before);
      expect((await api.get('/api/tickets', first!.token)).body.data).toEqual([]);
    });

    it('is refused for the same reasons as the change itself', async () => {
      const [event, other] = [await makeSoldOutEvent(api, { total: 2 }), await makeEvent(api)];
      const dry = { dry_run: 'true' };

      expect(await change(event, { total_tickets: 1 }, dry)).toMatchObject(
        refusal('CAPACITY_BELOW_BOOKED'),
      );
      expect(await change(event, { event_name: other.name }, dry)).toMatchObject(
        refusal('EVENT_NAME_TAKEN'),
      );
      expect(
        await api.patch(pathOf(event), stranger.token, { total_tickets: 9 }, { query: dry }),
      ).toMatchObject(refusal('FORBIDDEN'));
      expect(await change(event, { total_tickets: 9 }, { dry_run: 'yes' })).toMatchObject(
        refusal('VALIDATION_FAILED', 'dry_run'),
      );
    });

    it('makes an ordinary change if it is false', async () => {
      const event = await makeEvent(api, { total: 1 });

      const { body } = await change(event, { total_tickets: 2 }, { dry_run: 'false' });

      expect(body.data).not.toHaveProperty('dry_run');
      expect(await statusOf(event)).toMatchObject({ total_tickets: 2, version: 1 });
    });
  });

  describe('POST /api/events/:event_id/cancel', () => {
    it('cancels every active booking and empties the waitlist', async () => {
      const event = await makeSoldOutEvent(api, { total: 2 });
      const waiting = await makePerson(api.container);
      await join(event, waiting, 2);

      const { status, body } = await cancel(event);

      expect(status).toBe(200);
      expect(body.data).toMatchObject({ status: 'cancelled', available_tickets: 0, version: 3 });
      expect(await statusOf(event)).toMatchObject({ waitlist_count: 0, waitlist_tickets: 0 });
      const { body: tickets } = await api.get('/api/tickets', event.organizer.token);
      expect(tickets.data).toMatchObject([{ status: 'cancelled' }, { status: 'cancelled' }]);
      const { body: queue } = await api.get('/api/waitinglists', waiting.token, {
        event_id: event.id,
      });
      expect(queue.data).toEqual([]);
    });

    it('is final: every later command is refused, whoever sends it', async () => {
      const event = await makeSoldOutEvent(api, { total: 1 });
      const [{ id: bookingId }] = (await api.get('/api/tickets', event.organizer.token)).body.data;
      await cancel(event);

      const cancelled = refusal('EVENT_CANCELLED');
      const { token } = stranger;
      const body = { event_id: event.id };
      const path = `/api/waitinglists/${String(event.id)}`;
      expect(await cancel(event)).toMatchObject(cancelled);
      expect(await api.post(`${pathOf(event)}/cancel`, token)).toMatchObject(cancelled);
      expect(await change(event, { total_tickets: 5 })).toMatchObject(cancelled);
      expect(await api.post('/api/tickets/book', token, body)).toMatchObject(cancelled);
      expect(await api.post('/api/tickets/cancel', token, body)).toMatchObject(cancelled);
      expect(await api.post('/api/tickets/cancel', token, { booking_id: bookingId })).toMatchObject(
        cancelled,
      );
      expect(await api.post('/api/waitinglists/join-waitlist', token, body)).toMatchObject(
        cancelled,
      );
      expect(await api.patch(path, token, { quantity: 1 })).toMatchObject(cancelled);
      expect(await api.delete(path, token)).toMatchObject(cancelled);
    });

    it('accepts no body fields', async () => {
      const event = await makeEvent(api);

      expect(
        await api.post(`${pathOf(event)}/cancel`, event.organizer.token, { reason: 'rain' }),
      ).toMatchObject(refusal('VALIDATION_FAILED', 'reason'));
    });
  });

  it('requires an existing event', async () => {
    const missing = { id: 2_147_483_647, name: '', organizer: stranger };

    expect(await change(missing, { total_tickets: 1 })).toMatchObject(refusal('EVENT_NOT_FOUND'));
    expect(await cancel(missing)).toMatchObject(refusal('EVENT_NOT_FOUND'));
  });
});
