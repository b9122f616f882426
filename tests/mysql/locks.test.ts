import { randomUUID } from 'node:crypto';
import { makeEvent } from '../factories/events';
import { makePerson } from '../factories/people';
import { Outsider } from '../support/outsider';
import { TestApi } from '../support/test-api';
import { until } from '../support/until';

describe('a booking that waits for a lock', () => {
  let api: TestApi;
  let outsider: Outsider;
  beforeAll(async () => {
    api = await TestApi.start();
    outsider = await Outsider.enter(api.container.config.database);
  });
  afterAll(async () => {
    await outsider.leave();
    await api.close();
  });

  it('bears the time at which it got it: times and versions have one order', async () => {
    const event = await makeEvent(api);
    await outsider.lockEvent(event.id);
    const booking = api.post('/api/tickets/book', event.organizer.token, { event_id: event.id });
    await outsider.untilSomeoneWaits();
    const [rows] = await outsider.session.query('SELECT UTC_TIMESTAMP(3) AS now, SLEEP(0.01)');
    await outsider.session.commit();

    const { body } = await booking;
    const { now } = (rows as { now: Date }[])[0]!;
    const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
    const bookedAt = new Date(body.data.bookings[0].createdAt as string);
    expect(bookedAt.getTime()).toBeGreaterThanOrEqual(local.getTime());
  });

  it('in vain, after it has written its tickets, leaves none of them', async () => {
    const event = await makeEvent(api, { total: 5 });
    const person = await makePerson(api.container);
    const key = randomUUID();
    // The tickets are written before the key, which has to wait for this one.
    await outsider.session.beginTransaction();
    await outsider.session.query(
      `INSERT INTO idempotency_keys
         (user_id, route, event_id, idempotency_key, fingerprint, status, body, createdAt)
       VALUES (?, 'POST /api/tickets/book', ?, ?, 'x', 201, '{}', NOW(3))`,
      [person.id, event.id, key],
    );

    const booking = api.post(
      '/api/tickets/book',
      person.token,
      { event_id: event.id },
      { 'Idempotency-Key': key },
    );
    await outsider.untilSomeoneWaits();
    const { status, body } = await booking;

    expect([status, body.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    await outsider.session.rollback();
    const { Booking } = api.container.database.models;
    expect(await Booking.count({ where: { event_id: event.id } })).toBe(0);
    const next = await api.post('/api/tickets/book', person.token, { event_id: event.id });
    expect(next.body.data).toMatchObject({ version: 1, bookings: [{ ticket_no: 1 }] });
    expect((await api.container.services.ledger.reconcile(event.id)).faults).toEqual([]);
  });
});

describe('events whose locks others hold', () => {
  let api: TestApi;
  let outsider: Outsider;
  beforeAll(async () => {
    api = await TestApi.start();
    outsider = await Outsider.enter(api.container.config.database);
  });
  afterAll(async () => {
    await outsider.leave();
    await api.close();
  });

  it('leave connections to everything else, however many they are', async () => {
    const person = await makePerson(api.container);
    const events = [];
    for (let count = 0; count < 12; count += 1) {
      events.push(await makeEvent(api, { organizer: person }));
    }
    await outsider.session.beginTransaction();
    await outsider.session.query('SELECT id FROM events WHERE id IN (?) FOR UPDATE', [
      events.map(({ id }) => id),
    ]);

    const bookings = events.map(({ id }) =>
      api.post('/api/tickets/book', person.token, { event_id: id }),
    );
    await until(async () => (await outsider.openTransactions('LOCK WAIT')) >= 7);

    expect(await outsider.openTransactions('LOCK WAIT')).toBe(7);
    const read = await api.get(`/api/events/status/${String(events[0]!.id)}`, person.token);
    expect(read.status).toBe(200);
    await outsider.session.commit();
    for (const { status } of await Promise.all(bookings)) expect(status).toBe(201);
  });

  it('keep none of the others waiting, though these share their transactions', async () => {
    const person = await makePerson(api.container);
    const events = [];
    for (let count = 0; count < 30; count += 1) {
      events.push(await makeEvent(api, { organizer: person }));
    }
    const [held, ...free] = events;
    const book = async (eventId: number): Promise<string> => {
      const result = await api.container.inventory.execute(eventId, {
        command: {
          kind: 'book',
          bookedBy: person.id,
          userId: person.id,
          additionalUsers: [],
          quantity: 1,
        },
        actorId: person.id,
        requestId: null,
      });
      return 'refused' in result && !result.refused ? result.kind : 'refused';
    };
    await outsider.lockEvent(held!.id);

    const blocked = book(held!.id);
    const others = await Promise.all(free.map(({ id }) => book(id)));
    await outsider.untilSomeoneWaits();
    await outsider.session.commit();

    expect(others).toEqual(free.map(() => 'book'));
    expect(await blocked).toBe('book');
  });
});
