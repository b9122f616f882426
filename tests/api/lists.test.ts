import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi } from '../support/http/test-api';

interface Row {
  readonly id: number;
  readonly user_id: number;
  readonly position: number;
}

describe('lists', () => {
  let api: TestApi;
  let admin: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    admin = await makePerson(api.container, 'admin');
  });
  afterAll(() => api.close());

  /** Reads a list to its end; `between` runs after each page. */
  async function walk(
    path: string,
    query: Record<string, string | number>,
    between: (page: number) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Row[]> {
    const rows: Row[] = [];
    let after: Record<string, string> = {};
    for (let page = 1; ; page += 1) {
      const { body } = await api.get(path, admin.token, { ...query, ...after });
      expect(body.meta.limit).toBe(query.limit ?? 20);
      rows.push(...body.data);
      if (body.meta.next === null) return rows;
      expect(body.data).toHaveLength(body.meta.limit);
      after = { after: body.meta.next };
      await between(page);
    }
  }
  const idsOf = (rows: readonly Row[]): number[] => rows.map(({ id }) => id);

  it.each(['/api/events', '/api/users', '/api/tickets', '/api/waitinglists', '/api/admin/audit'])(
    '%s accepts a limit of 1 to 100, 20 by default, and only its own cursors',
    async (path) => {
      const { body } = await api.get(path, admin.token);
      expect(body.meta.limit).toBe(20);
      for (const limit of [1, 100]) {
        expect((await api.get(path, admin.token, { limit })).body.meta.limit).toBe(limit);
      }
      for (const limit of [0, 101, -1, 1.5, 'all', '']) {
        expect(await api.get(path, admin.token, { limit })).toMatchObject(
          refusal('VALIDATION_FAILED', 'limit'),
        );
      }
      const first = await api.get(path, admin.token, { after: '' });
      expect(first.body).toEqual(body);
      const forged = ['nonsense', Buffer.from('[1,2,3,4,5]'), Buffer.from('["1 OR 1=1"]')];
      for (const cursor of forged) {
        const after = Buffer.isBuffer(cursor) ? cursor.toString('base64url') : cursor;
        expect(await api.get(path, admin.token, { after })).toMatchObject(
          refusal('VALIDATION_FAILED', 'after'),
        );
      }
    },
  );

  it('end with next null, even if the last page is full', async () => {
    const event = await makeEvent(api, { organizer: admin });
    await api.post('/api/tickets/book', admin.token, { event_id: event.id, quantity: 4 });

    const rows = await walk('/api/tickets', { event_id: event.id, limit: 2 });

    expect(rows).toHaveLength(4);
  });

  it('of users skip and repeat no one while accounts come and go', async () => {
    const people = await makePeople(api.container, 9);
    const after = Buffer.from(JSON.stringify([people[0]!.id - 1])).toString('base64url');

    const first = await api.get('/api/users', admin.token, { limit: 3, after });
    await api.delete(`/api/users/${String(people[1]!.id)}`, admin.token);
    const latecomer = await makePerson(api.container);
    const rest = await walk('/api/users', { limit: 3, after: first.body.meta.next });

    expect(idsOf(first.body.data)).toEqual(people.slice(0, 3).map(({ id }) => id));
    expect(idsOf(rest)).toEqual([...people.slice(3), latecomer].map(({ id }) => id));
  });

  it('of tickets skip and repeat none while tickets are booked and cancelled', async () => {
    const event = await makeEvent(api, { organizer: admin, total: 100 });
    const book = (quantity: number) =>
      api.post('/api/tickets/book', admin.token, { event_id: event.id, quantity });
    await book(7);

    const rows = await walk('/api/tickets', { event_id: event.id, limit: 3 }, async (page) => {
      await api.post('/api/tickets/cancel', admin.token, { event_id: event.id, quantity: 1 });
      if (page === 1) await book(2);
    });

    const { Booking } = api.container.database.models;
    const all = await Booking.findAll({ where: { event_id: event.id }, order: ['id'] });
    expect(idsOf(rows)).toEqual(all.map((row) => row.get().id));
  });

  it('of a queue skip and repeat no one who stays, while others leave, join and move up', async () => {
    const event = await makeSoldOutEvent(api, { organizer: admin, total: 1 });
    const people = await makePeople(api.container, 10);
    for (const { token } of people) {
      await api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id });
    }
    const path = `/api/waitinglists/${String(event.id)}`;
    const late = await makePerson(api.container);

    const rows = await walk('/api/waitinglists', { event_id: event.id, limit: 3 }, async (page) => {
      // The last one on the page just read, and one on the next page.
      const leaving = { 1: [2, 4], 2: [], 3: [] }[page] ?? [];
      for (const index of leaving) await api.delete(path, people[index]!.token);
      if (page === 2) {
        await api.post('/api/waitinglists/join-waitlist', late.token, { event_id: event.id });
      }
    });

    const seen = rows.map(({ user_id }) => user_id);
    const expected = [0, 1, 2, 3, 5, 6, 7, 8, 9].map((index) => people[index]!.id);
    expect(seen).toEqual([...expected, late.id]);
    // Positions are those at the time of their page: three were read before two people left.
    expect(rows.map(({ position }) => position)).toEqual([1, 2, 3, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('of the audit log go back in time, unaffected by new entries', async () => {
    const event = await makeEvent(api, { organizer: admin });
    const book = () => api.post('/api/tickets/book', admin.token, { event_id: event.id });
    for (let n = 0; n < 5; n += 1) await book();
    const { AuditEntry } = api.container.database.models;
    const before = await AuditEntry.findAll({
      where: { event_id: event.id },
      order: [['id', 'DESC']],
    });

    const rows = await walk('/api/admin/audit', { event_id: event.id, limit: 2 }, book);

    expect(idsOf(rows)).toEqual(before.map((row) => row.get().id));
  });

  it('of events are ordered by id', async () => {
    const events = [];
    for (let n = 0; n < 5; n += 1) events.push(await makeEvent(api, { organizer: admin }));
    const after = Buffer.from(JSON.stringify([events[0]!.id - 1])).toString('base64url');

    const rows = await walk('/api/events', { limit: 2, after });

    expect(idsOf(rows)).toEqual(events.map(({ id }) => id));
  });
});
