import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { Exposition } from '../support/http/exposition';
import { TestApi } from '../support/http/test-api';

const POLLERS = 30;
const POLLS_EACH = 6;
const BOOKERS = 8;
const BOOKINGS_EACH = 5;

describe('reads beside bookings', () => {
  let api: TestApi;
  let person: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    person = await makePerson(api.container);
  });
  afterAll(() => api.close());

  /** Work that fills a share of the connections, and more that waits for it, until it is ended. */
  function occupy(share: 'longReads' | 'shortReads'): { end: () => Promise<void> } {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const work = Array.from({ length: 200 }, () =>
      api.container.bulkheads[share].run(() => ended).catch(() => undefined),
    );
    return {
      async end() {
        end();
        await Promise.all(work);
      },
    };
  }

  it('refuse lists by themselves when their share is used up: bookings and health go on', async () => {
    const event = await makeEvent(api);
    const lists = occupy('longReads');
    try {
      const refusals = (): Promise<number | undefined> =>
        Exposition.of(api.url).then((told) =>
          told.value('bulkhead_refusals_total{share="longReads"}'),
        );
      const before = (await refusals())!;
      for (const path of ['/api/events', '/api/tickets', '/api/waitinglists']) {
        const { status, body, headers } = await api.get(path, person.token);
        expect([path, status, body.code]).toEqual([path, 503, 'SERVICE_UNAVAILABLE']);
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
      expect(await refusals()).toBe(before + 3);
      const me = `/api/events/${String(event.id)}/me`;
      expect((await api.get(me, person.token)).status).toBe(200);
      expect((await api.get('/api/users/me', person.token)).status).toBe(200);
      expect((await api.get('/health/ready')).status).toBe(200);
      const booked = await api.post('/api/tickets/book', person.token, { event_id: event.id });
      expect(booked.status).toBe(201);
    } finally {
      await lists.end();
    }
    expect((await api.get('/api/events', person.token)).status).toBe(200);
  });

  it('let no booking of another event and no health check fail, and are answered or refused themselves', async () => {
    const soldOut = await makeSoldOutEvent(api, { total: 1 });
    const other = await makeEvent(api, { total: BOOKERS * BOOKINGS_EACH });
    const waiting = await makePeople(api.container, POLLERS);
    for (const { token } of waiting) {
      await api.post('/api/waitinglists/join-waitlist', token, { event_id: soldOut.id });
    }
    const bookers = await makePeople(api.container, BOOKERS);

    const polls = waiting.map(async ({ token }, index) => {
      const statuses: number[] = [];
      for (let poll = 0; poll < POLLS_EACH; poll += 1) {
        const mine = await api.get(`/api/events/${String(soldOut.id)}/me`, token);
        const list = await api.get('/api/waitinglists', token, { event_id: soldOut.id });
        for (const { status, headers } of [mine, list]) {
          expect([200, 503]).toContain(status);
          if (status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
        }
        if (mine.status === 200) expect(mine.body.data.waitlist_entry.position).toBe(index + 1);
        statuses.push((await api.get('/health/ready')).status);
      }
      return statuses;
    });
    const bookings = bookers.map(async ({ token }) => {
      const statuses: number[] = [];
      for (let booking = 0; booking < BOOKINGS_EACH; booking += 1) {
        const { status } = await api.post('/api/tickets/book', token, { event_id: other.id });
        statuses.push(status);
      }
      return statuses;
    });

    expect(new Set((await Promise.all(bookings)).flat())).toEqual(new Set([201]));
    expect(new Set((await Promise.all(polls)).flat())).toEqual(new Set([200]));
    const held = await api.container.database.models.Booking.count({
      where: { event_id: other.id, status: 'booked' },
    });
    expect(held).toBe(BOOKERS * BOOKINGS_EACH);
  });
});
