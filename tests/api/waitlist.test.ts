import { makeEvent, makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

describe('the waitlist', () => {
  let api: TestApi;
  let event: MadeEvent;
  let people: [Person, Person, Person];
  beforeAll(async () => {
    api = await TestApi.start();
  });
  beforeEach(async () => {
    people = (await makePeople(api.container, 3)) as typeof people;
    event = await makeSoldOutEvent(api, { total: 2 });
  });
  afterAll(() => api.close());

  const join = ({ token }: Person, more: object = {}): Promise<ApiAnswer> =>
    api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id, ...more });
  const lower = ({ token }: Person, body: object): Promise<ApiAnswer> =>
    api.patch(`/api/waitinglists/${String(event.id)}`, token, body);
  const leave = ({ token }: Person, query: Record<string, number> = {}): Promise<ApiAnswer> =>
    api.delete(`/api/waitinglists/${String(event.id)}`, token, query);
  const prioritize = ({ token }: Person, entryId: number, body: object): Promise<ApiAnswer> =>
    api.patch(`/api/waitinglists/${String(entryId)}/priority`, token, body);
  const queue = async ({ token }: Person = people[0]): Promise<ApiAnswer['body'][]> =>
    (await api.get('/api/waitinglists', token, { event_id: event.id })).body.data;
  const inOrder = async (): Promise<number[]> =>
    (await queue()).map(({ user_id }: { user_id: number }) => user_id);
  const versionNow = async (): Promise<number> =>
    (await api.get(`/api/available-tickets/${String(event.id)}`, people[0].token)).body.data
      .version;

  describe('POST /api/waitinglists/join-waitlist', () => {
    it('puts each newcomer at the end, for one ticket if no quantity is given', async () => {
      const { status, body } = await join(people[0], { quantity: 1_000 });

      expect(status).toBe(201);
      expect(body.data).toEqual({
        id: expect.any(Number),
        event_id: event.id,
        user_id: people[0].id,
        quantity: 1_000,
        position: 1,
        priority: 0,
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      });
      expect((await join(people[1])).body.data).toMatchObject({ quantity: 1, position: 2 });
    });

    it('refuses while there is stock, and names the route that books', async () => {
      const open = await makeEvent(api);

      const answer = await join(people[0], { event_id: open.id });

      expect(answer).toMatchObject(refusal('TICKETS_AVAILABLE'));
      expect(answer.body.message).toContain('POST /api/tickets/book');
    });

    it('accepts one entry for each person, even from simultaneous requests', async () => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => join(people[0])));

      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      for (const answer of answers.filter(({ status }) => status !== 201)) {
        expect(answer).toMatchObject(refusal('ALREADY_WAITLISTED'));
      }
      expect(await inOrder()).toEqual([people[0].id]);
    });

    it("accepts a user_id only if it is the caller's own, or from an admin for an existing account", async () => {
      const admin = await makePerson(api.container, 'admin');

      expect(await join(people[0], { user_id: people[1].id })).toMatchObject(refusal('FORBIDDEN'));
      expect((await join(people[0], { user_id: people[0].id })).status).toBe(201);
      expect((await join(admin, { user_id: people[1].id })).body.data.user_id).toBe(people[1].id);
      expect(await join(admin, { user_id: 2_147_483_647 })).toMatchObject(
        refusal('USER_NOT_FOUND'),
      );
    });

    it.each([
      ['event_id', { event_id: undefined }],
      ['quantity', { quantity: 0 }],
      ['quantity', { quantity: 1_001 }],
      ['quantity', { quantity: null }],
      ['priority', { priority: 100 }],
    ])('refuses a bad %s: %j', async (field, fault) => {
      expect(await join(people[0], fault)).toMatchObject(refusal('VALIDATION_FAILED', field));
    });

    it('requires an existing event', async () => {
      expect(await join(people[0], { event_id: 2_147_483_647 })).toMatchObject(
        refusal('EVENT_NOT_FOUND'),
      );
    });
  });

  describe('PATCH /api/waitinglists/:event_id', () => {
    it('lowers the quantity of an entry and keeps its position', async () => {
      await join(people[0], { quantity: 3 });
      await join(people[1]);

      const { status, body } = await lower(people[0], { quantity: 2 });

      expect(status).toBe(200);
      expect(body.data).toMatchObject({ user_id: people[0].id, quantity: 2, position: 1 });
      expect((await lower(people[1], { quantity: 1 })).body.data.position).toBe(2);
    });

    it('refuses a higher quantity, no quantity, and a person who does not wait', async () => {
      await join(people[0], { quantity: 2 });

      for (const quantity of [3, 0, undefined]) {
        expect(await lower(people[0], { quantity })).toMatchObject(
          refusal('VALIDATION_FAILED', 'quantity'),
        );
      }
      expect(await lower(people[1], { quantity: 1 })).toMatchObject(
        refusal('WAITLIST_ENTRY_NOT_FOUND'),
      );
    });

    it('makes a new version only if something changed', async () => {
      await join(people[0], { quantity: 2 });
      const before = await versionNow();

      await lower(people[0], { quantity: 2 });
      expect(await versionNow()).toBe(before);
      await lower(people[0], { quantity: 1 });
      expect(await versionNow()).toBe(before + 1);
    });
  });

  describe('DELETE /api/waitinglists/:event_id', () => {
    it('removes one entry, the others move up, and joining again puts the person last', async () => {
      for (const person of people) await join(person);

      const { status, body } = await leave(people[0]);

      expect(status).toBe(200);
      expect(body.data).toBeNull();
      expect(await queue()).toMatchObject([
        { user_id: people[1].id, position: 1 },
        { user_id: people[2].id, position: 2 },
      ]);
      expect((await join(people[0])).body.data.position).toBe(3);
    });

    it('answers 404 for a person who does not wait', async () => {
      expect(await leave(people[0])).toMatchObject(refusal('WAITLIST_ENTRY_NOT_FOUND'));
      await join(people[0]);
      await leave(people[0]);
      expect(await leave(people[0])).toMatchObject(refusal('WAITLIST_ENTRY_NOT_FOUND'));
    });

    it('lets only the organizer and admins remove others', async () => {
      const admin = await makePerson(api.container, 'admin');
      for (const person of people) await join(person);

      expect(await leave(people[0], { user_id: people[1].id })).toMatchObject(refusal('FORBIDDEN'));
      expect((await leave(event.organizer, { user_id: people[1].id })).status).toBe(200);
      expect((await leave(admin, { user_id: people[2].id })).status).toBe(200);
      expect((await leave(people[0], { user_id: people[0].id })).status).toBe(200);
      expect(await inOrder()).toEqual([]);
    });
  });

  describe('PATCH /api/waitinglists/:entry_id/priority', () => {
    it('serves higher ones first, and restores the old position', async () => {
      const entries = [];
      for (const person of people) entries.push((await join(person)).body.data.id as number);
      const [, second, third] = entries as [number, number, number];
      const reason = 'Wheelchair place';
      const rise = (id: number, priority: number): Promise<ApiAnswer> =>
        prioritize(event.organizer, id, { priority, reason });

      expect((await rise(third, 10)).body.data).toMatchObject({ priority: 10, position: 1 });
      // Within one priority: first come, first served.
      expect((await rise(second, 10)).body.data).toMatchObject({ position: 1 });
      expect(await inOrder()).toEqual([people[1].id, people[2].id, people[0].id]);
      expect((await rise(second, 0)).body.data).toMatchObject({ priority: 0, position: 3 });
      expect((await rise(third, 0)).body.data).toMatchObject({ position: 3 });
      expect(await inOrder()).toEqual(people.map(({ id }) => id));

      await rise(third, 100);
      await api.post('/api/tickets/cancel', event.organizer.token, {
        event_id: event.id,
        quantity: 1,
      });
      expect(await inOrder()).toEqual([people[0].id, people[1].id]);
    });

    it('is for the organizer and admins', async () => {
      const { id } = (await join(people[0])).body.data as { id: number };
      const admin = await makePerson(api.container, 'admin');
      const body = { priority: 1, reason: 'because' };

      expect(await prioritize(people[0], id, body)).toMatchObject(refusal('FORBIDDEN'));
      expect((await prioritize(admin, id, body)).status).toBe(200);
      expect(await prioritize(admin, 2_147_483_647, body)).toMatchObject(
        refusal('WAITLIST_ENTRY_NOT_FOUND'),
      );
    });

    it.each([
      ['priority', { priority: 101, reason: 'x' }],
      ['priority', { priority: -1, reason: 'x' }],
      ['priority', { reason: 'x' }],
      ['reason', { priority: 1 }],
      ['reason', { priority: 1, reason: ' ' }],
      ['reason', { priority: 1, reason: 'x'.repeat(256) }],
    ])('refuses a bad %s: %j', async (field, body) => {
      expect(await prioritize(event.organizer, 1, body)).toMatchObject(
        refusal('VALIDATION_FAILED', field),
      );
    });
  });

  describe('GET /api/waitinglists', () => {
    it('shows everyone the queue, but e-mails only to the person, the organizer and admins', async () => {
      const admin = await makePerson(api.container, 'admin');
      await join(people[0]);
      await join(people[1], { quantity: 2 });
      const emails = async (reader: Person): Promise<unknown[]> =>
        (await queue(reader)).map(({ email }: { email?: string }) => email);
      const [one, two] = [people[0].email, people[1].email];

      expect(await queue(people[2])).toMatchObject([
        { user_id: people[0].id, event_id: event.id, quantity: 1, position: 1 },
        { user_id: people[1].id, event_id: event.id, quantity: 2, position: 2 },
      ]);
      expect(await emails(people[2])).toEqual([undefined, undefined]);
      expect(await emails(people[1])).toEqual([undefined, two]);
      expect(await emails(event.organizer)).toEqual([one, two]);
      expect(await emails(admin)).toEqual([one, two]);
    });

    it('lists the entries of one person over all events, each with its position', async () => {
      const elsewhere = await makeSoldOutEvent(api, { total: 1 });
      await join(people[0]);
      await join(people[1]);
      await join(people[1], { event_id: elsewhere.id });

      const { body } = await api.get('/api/waitinglists', people[2].token, {
        user_id: people[1].id,
      });

      expect(body.data).toMatchObject([
        { event_id: event.id, position: 2 },
        { event_id: elsewhere.id, position: 1 },
      ]);
      const both = { user_id: people[1].id, event_id: elsewhere.id };
      const { body: narrow } = await api.get('/api/waitinglists', people[2].token, both);
      expect(narrow.data).toHaveLength(1);
    });
  });
});
