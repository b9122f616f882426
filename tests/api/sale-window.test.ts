import { randomUUID } from 'node:crypto';
import { makeEvent, type MadeEvent } from '../factories/events';
import { makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { until } from '../support/setup/until';

const HOUR_MS = 3_600_000;
const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('the time of an event and of its sale', () => {
  let api: TestApi;
  let organizer: Person;
  let person: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    organizer = await makePerson(api.container);
    person = await makePerson(api.container);
  });
  afterAll(() => api.close());

  const make = (more: object, total = 5): Promise<MadeEvent> =>
    makeEvent(api, { total, organizer, more: { ...more } });
  const change = ({ id }: MadeEvent, body: object): Promise<ApiAnswer> =>
    api.patch(`/api/events/${String(id)}`, organizer.token, body);
  const book = ({ id }: MadeEvent, key?: string): Promise<ApiAnswer> =>
    api.post(
      '/api/tickets/book',
      person.token,
      { event_id: id },
      key === undefined ? {} : { 'Idempotency-Key': key },
    );
  const join = ({ id }: MadeEvent): Promise<ApiAnswer> =>
    api.post('/api/waitinglists/join-waitlist', person.token, { event_id: id });
  const availability = ({ id }: MadeEvent, etag?: string): Promise<ApiAnswer> =>
    api.call('get', `/api/available-tickets/${String(id)}`, {
      token: person.token,
      headers: etag === undefined ? {} : { 'If-None-Match': etag },
    });

  describe('are set and read', () => {
    it('at creation, in UTC, with metadata as it was sent', async () => {
      const metadata = { venue: 'Hall', seats: 1.5, indoor: true, ['__proto__']: 'kept', '': '' };
      const event = await make({
        starts_at: '2090-06-01T20:00:00+02:00',
        sale_starts_at: '2090-01-01T00:00:00Z',
        sale_ends_at: '2090-02-01T00:00:00.123456Z',
        metadata: JSON.parse(JSON.stringify(metadata)) as object,
      });

      const { body } = await api.get(`/api/events/${String(event.id)}`, person.token);

      expect(body.data).toMatchObject({
        starts_at: '2090-06-01T18:00:00.000Z',
        sale_starts_at: '2090-01-01T00:00:00.000Z',
        sale_ends_at: '2090-02-01T00:00:00.123Z',
        sale_status: 'scheduled',
        version: 0,
      });
      expect(JSON.stringify(body.data.metadata)).toBe(JSON.stringify(metadata));
    });

    it('by a change, which makes a version and an audit record; null clears', async () => {
      const event = await make({ metadata: { venue: 'Hall' } });

      const later = await change(event, { sale_starts_at: '2090-01-01T00:00:00Z' });
      const cleared = await change(event, { sale_starts_at: null, metadata: null });
      const same = await change(event, { sale_starts_at: null });

      expect(later.body.data).toMatchObject({
        sale_starts_at: '2090-01-01T00:00:00.000Z',
        sale_status: 'scheduled',
        metadata: { venue: 'Hall' },
        version: 1,
      });
      expect(cleared.body.data).toMatchObject({
        sale_starts_at: null,
        sale_status: 'on_sale',
        metadata: null,
        version: 2,
      });
      expect(same.body.data.version).toBe(2);
      const log = await api.get('/api/admin/audit', organizer.token, { event_id: event.id });
      expect(
        (log.body.data as { version: number; details: object }[]).map(({ version, details }) => ({
          version,
          details,
        })),
      ).toMatchObject([
        {
          version: 2,
          details: { before: { metadata: { venue: 'Hall' } }, after: { metadata: null } },
        },
        { version: 1, details: { after: { sale_starts_at: '2090-01-01T00:00:00.000Z' } } },
        { version: 0, details: { after: { metadata: { venue: 'Hall' } } } },
      ]);
    });

    it('and a dry run changes none of them', async () => {
      const event = await make({});

      const { body } = await api.patch(
        `/api/events/${String(event.id)}`,
        organizer.token,
        { sale_starts_at: '2090-01-01T00:00:00Z' },
        { query: { dry_run: true } },
      );

      expect(body.data).toMatchObject({ dry_run: true, sale_status: 'scheduled', version: 1 });
      const now = await availability(event);
      expect(now.body.data).toMatchObject({ sale_status: 'on_sale', version: 0 });
    });

    it.each([
      ['starts_at', '2026-12-24T19:00:00'],
      ['starts_at', '2026-12-24'],
      ['starts_at', '2026-02-30T19:00:00Z'],
      ['starts_at', 1_700_000_000_000],
      ['starts_at', '1969-12-31T23:59:59Z'],
      ['sale_starts_at', '9999-12-31T23:59:59-12:00'],
      ['sale_ends_at', 'tomorrow'],
      ['metadata', 'text'],
      ['metadata', ['a']],
      ['metadata', { nested: { a: 1 } }],
      ['metadata', { list: [1] }],
      ['metadata', { nothing: null }],
      ['metadata', { text: 'x'.repeat(4_096) }],
    ])('but not with a bad %s: %j', async (field, value) => {
      const event = { event_name: `Concert ${randomUUID()}`, total_tickets: 5, [field]: value };

      expect(await api.post('/api/events/initialize', organizer.token, event)).toMatchObject(
        refusal('VALIDATION_FAILED', field),
      );
    });

    it('but a sale never ends before it starts, whichever of the two is sent', async () => {
      const [start, end] = ['2090-01-02T00:00:00Z', '2090-01-01T00:00:00Z'];
      const event = await make({ sale_starts_at: start });

      expect(await change(event, { sale_ends_at: end })).toMatchObject(
        refusal('VALIDATION_FAILED', 'sale_ends_at'),
      );
      expect(await change(event, { sale_starts_at: start, sale_ends_at: start })).toMatchObject(
        refusal('VALIDATION_FAILED', 'sale_ends_at'),
      );
    });
  });

  describe('before the sale', () => {
    it('booking and joining say when it starts, to the organizer too', async () => {
      const start = fromNow(2 * HOUR_MS);
      const event = await make({ sale_starts_at: start });

      for (const answer of [
        await book(event),
        await book(event, randomUUID()),
        await join(event),
        await api.post('/api/tickets/book', organizer.token, { event_id: event.id }),
      ]) {
        expect(answer).toMatchObject({
          status: 409,
          body: {
            code: 'SALE_NOT_STARTED',
            details: [{ field: 'sale_starts_at', message: start }],
          },
          headers: { 'retry-after': '3600' },
        });
      }
    });

    it('a key whose request was answered earlier still replays', async () => {
      const event = await make({});
      const key = randomUUID();
      const first = await book(event, key);
      await change(event, { sale_starts_at: fromNow(HOUR_MS) });

      const again = await book(event, key);

      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(again.body).toEqual(first.body);
      expect(await book(event, randomUUID())).toMatchObject(refusal('SALE_NOT_STARTED'));
    });

    it('tickets can be given back, and one can see what one may do', async () => {
      const event = await make({});
      await book(event);
      await change(event, { sale_starts_at: fromNow(HOUR_MS) });

      const mine = await api.get(`/api/events/${String(event.id)}/me`, person.token);
      expect(mine.body.data).toMatchObject({ tickets_held: 1, allowed_actions: ['cancel'] });
      const given = await api.post('/api/tickets/cancel', person.token, { event_id: event.id });
      expect(given.status).toBe(200);
    });

    it('an earlier start counts at once', async () => {
      const event = await make({ sale_starts_at: fromNow(HOUR_MS) });
      expect(await book(event)).toMatchObject(refusal('SALE_NOT_STARTED'));

      await change(event, { sale_starts_at: fromNow(-1_000) });

      expect((await book(event)).status).toBe(201);
    });
  });

  it('the ETag changes when the sale begins, without a new version', async () => {
    const event = await make({ sale_starts_at: fromNow(400) });
    const before = await availability(event);
    const etag = before.headers.etag!;
    expect(before.body.data).toMatchObject({ sale_status: 'scheduled', version: 0 });

    await until(async () => (await availability(event, etag)).status === 200);

    const after = await availability(event);
    expect(after.body.data).toMatchObject({ sale_status: 'on_sale', version: 0 });
    expect(after.headers.etag).not.toBe(etag);
    expect((await book(event)).status).toBe(201);
  });

  it('after the sale, the queue still moves up', async () => {
    const event = await make({}, 1);
    await api.post('/api/tickets/book', organizer.token, { event_id: event.id });
    await join(event);
    await change(event, { sale_ends_at: fromNow(-1_000) });

    expect(await book(event)).toMatchObject(refusal('SALE_ENDED'));
    expect(await join(event)).toMatchObject(refusal('SALE_ENDED'));
    const given = await api.post('/api/tickets/cancel', organizer.token, { event_id: event.id });
    expect(given.body.data).toMatchObject({ reassigned: 1 });
  });
});
