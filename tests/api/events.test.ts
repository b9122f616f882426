import { randomUUID } from 'node:crypto';
import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

const newName = (): string => `Concert ${randomUUID()}`;

describe('events', () => {
  let api: TestApi;
  let person: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    person = await makePerson(api.container);
  });
  afterAll(() => api.close());

  const create = (body: object): Promise<ApiAnswer> =>
    api.post('/api/events/initialize', person.token, body);

  describe('POST /api/events/initialize', () => {
    it('creates an active event with the caller as organizer', async () => {
      const name = newName();

      const { status, body } = await create({ event_name: name, total_tickets: 5 });

      expect(status).toBe(201);
      expect(body.data).toEqual({
        id: expect.any(Number),
        event_name: name,
        total_tickets: 5,
        available_tickets: 5,
        status: 'active',
        organizer_id: person.id,
        max_tickets_per_user: null,
        starts_at: null,
        sale_starts_at: null,
        sale_ends_at: null,
        sale_status: 'on_sale',
        metadata: null,
        version: 0,
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      });
    });

    it('accepts redundant fields of the reference if they agree', async () => {
      const base = () => ({ event_name: newName(), total_tickets: 5 });

      const same = await create({ ...base(), available_tickets: 5, status: 'active' });
      expect(same.status).toBe(201);
      expect(await create({ ...base(), available_tickets: 4 })).toMatchObject(
        refusal('VALIDATION_FAILED', 'available_tickets'),
      );
      expect(await create({ ...base(), status: 'cancelled' })).toMatchObject(
        refusal('VALIDATION_FAILED', 'status'),
      );
    });

    it.each([
      ['event_name', { event_name: '' }],
      ['event_name', { event_name: ' \t\n ' }],
      ['event_name', { event_name: 'x'.repeat(256) }],
      ['event_name', { event_name: `x${'\uFE0F'.repeat(300)}` }],
      ['event_name', { event_name: 'a lone \uD800 surrogate' }],
      ['event_name', { event_name: 7 }],
      ['total_tickets', { total_tickets: 0 }],
      ['total_tickets', { total_tickets: 1_000_001 }],
      ['total_tickets', { total_tickets: 1.5 }],
      ['total_tickets', { total_tickets: '5' }],
      ['total_tickets', { total_tickets: undefined }],
      ['max_tickets_per_user', { max_tickets_per_user: 0 }],
      ['max_tickets_per_user', { max_tickets_per_user: 1_001 }],
      ['organizer_id', { organizer_id: 1 }],
    ])('refuses a bad %s: %j', async (field, fault) => {
      const answer = await create({ event_name: newName(), total_tickets: 5, ...fault });

      expect(answer).toMatchObject(refusal('VALIDATION_FAILED', field));
    });

    it('accepts the limits themselves', async () => {
      const long = newName().padEnd(255, '…');
      const bounds = { total_tickets: 1_000_000, max_tickets_per_user: 1_000 };

      const { body } = await create({ event_name: long, ...bounds });

      expect(body.data).toMatchObject({ event_name: long, ...bounds });
      const least = { total_tickets: 1, max_tickets_per_user: 1 };
      expect((await create({ event_name: newName(), ...least })).status).toBe(201);
      const none = { total_tickets: 1, max_tickets_per_user: null };
      expect((await create({ event_name: newName(), ...none })).status).toBe(201);
    });

    it('compares names exactly, after trimming and Unicode normalization', async () => {
      const name = `Café ${randomUUID()}`;
      expect(
        (await create({ event_name: name.normalize('NFD'), total_tickets: 1 })).body,
      ).toMatchObject({ data: { event_name: name.normalize('NFC') } });

      for (const same of [name, `  ${name}\n`, name.normalize('NFD')]) {
        expect(await create({ event_name: same, total_tickets: 1 })).toMatchObject(
          refusal('EVENT_NAME_TAKEN', 'event_name'),
        );
      }
      for (const other of [name.toUpperCase(), name.replace('é', 'e'), `${name}\u200b`]) {
        expect((await create({ event_name: other, total_tickets: 1 })).status).toBe(201);
      }
    });

    it('answers two simultaneous requests for one name with one 201 and one 409', async () => {
      const request = { event_name: newName(), total_tickets: 1 };

      const answers = await Promise.all([create(request), create(request)]);

      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(answers.find(({ status }) => status === 409)).toMatchObject(
        refusal('EVENT_NAME_TAKEN'),
      );
    });

    it('does not free the name of a cancelled event', async () => {
      const event = await makeEvent(api);
      await api.post(`/api/events/${String(event.id)}/cancel`, event.organizer.token);

      expect(await create({ event_name: event.name, total_tickets: 1 })).toMatchObject(
        refusal('EVENT_NAME_TAKEN'),
      );
    });
  });

  describe.each(['/api/events', '/api/events/status'])('GET %s/:event_id', (path) => {
    it('returns how many people wait and how many tickets they want', async () => {
      const event = await makeSoldOutEvent(api, { total: 2 });
      const [one, two] = [await makePerson(api.container), await makePerson(api.container)];
      const join = '/api/waitinglists/join-waitlist';
      await api.post(join, one.token, { event_id: event.id, quantity: 3 });
      await api.post(join, two.token, { event_id: event.id });

      const { status, body } = await api.get(`${path}/${String(event.id)}`, person.token);

      expect(status).toBe(200);
      expect(body.data).toMatchObject({
        id: event.id,
        available_tickets: 0,
        waitlist_count: 2,
        waitlist_tickets: 4,
        version: 3,
      });
    });

    it('shows a cancelled event too, and answers 404 for an unknown one', async () => {
      const event = await makeEvent(api);
      await api.post(`/api/events/${String(event.id)}/cancel`, event.organizer.token);

      const { body } = await api.get(`${path}/${String(event.id)}`, person.token);

      expect(body.data).toMatchObject({ status: 'cancelled', available_tickets: 0 });
      expect(await api.get(`${path}/2147483647`, person.token)).toMatchObject(
        refusal('EVENT_NOT_FOUND'),
      );
    });
  });

  describe('GET /api/events', () => {
    it('lists events by id, filtered by status on request', async () => {
      const [kept, gone] = [await makeEvent(api), await makeEvent(api)];
      await api.post(`/api/events/${String(gone.id)}/cancel`, gone.organizer.token);
      const after = Buffer.from(`[${String(kept.id - 1)}]`).toString('base64url');

      const list = async (query: Record<string, string>): Promise<number[]> => {
        const { body } = await api.get('/api/events', person.token, { after, ...query });
        return body.data.map(({ id }: { id: number }) => id);
      };

      expect(await list({})).toEqual([kept.id, gone.id]);
      expect(await list({ status: 'active' })).toEqual([kept.id]);
      expect(await list({ status: 'cancelled' })).toEqual([gone.id]);
      expect(await api.get('/api/events', person.token, { status: 'open' })).toMatchObject(
        refusal('VALIDATION_FAILED', 'status'),
      );
    });
  });
});
