import { randomUUID } from 'node:crypto';
import type { MysqlSettings } from '../../src/config/config';
import type { ApiError } from '../../src/errors/api-error';
import { makeEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { FaultProxy, PASS } from '../support/faults/fault-proxy';
import { Outsider } from '../support/servers/outsider';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { testDatabase } from '../support/setup/test-database';

describe('a booking that waits for a lock', () => {
  let api: TestApi;
  let outsider: Outsider;
  let observer: Outsider;
  beforeAll(async () => {
    api = await TestApi.start();
    outsider = await Outsider.enter(api.container.config.database);
    observer = await Outsider.enter(api.container.config.database);
  });
  afterAll(async () => {
    await outsider.leave();
    await observer.leave();
    await api.close();
  });

  it('has the time at which it got the lock: times and versions have one order', async () => {
    const event = await makeEvent(api);
    await outsider.lockEvents([event.id]);
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

  it('and times out after it has written its tickets leaves none of them', async () => {
    const event = await makeEvent(api, { total: 5 });
    const person = await makePerson(api.container);
    const key = randomUUID();
    // The tickets are written before the key, which has to wait for this row.
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
    expect((await api.container.services.reconcile.reconcile(event.id)).faults).toEqual([]);
  });

  it('on an account and times out is refused with 503, and all others succeed', async () => {
    const event = await makeEvent(api, { total: 100 });
    const [held, ...others] = await makePeople(api.container, 21);
    const book = ({ token }: Person): Promise<ApiAnswer> =>
      api.post('/api/tickets/book', token, { event_id: event.id });
    await outsider.session.beginTransaction();
    await outsider.session.query('SELECT id FROM users WHERE id = ? FOR UPDATE', [held!.id]);

    // The first runs alone, and the second together with the others.
    const answers = await Promise.all([held!, ...others, held!].map(book));

    const refusal = [503, 'SERVICE_UNAVAILABLE'];
    expect(answers.map(({ status, body }) => [status, body.code ?? body.data.outcome])).toEqual([
      refusal,
      ...others.map(() => [201, 'booked']),
      refusal,
    ]);
    await outsider.session.rollback();
    expect((await book(held!)).body.data).toMatchObject({ version: others.length + 1 });
    expect((await api.container.services.reconcile.reconcile(event.id)).faults).toEqual([]);
  });

  it('on accounts takes the locks in the order of the ids', async () => {
    const event = await makeEvent(api);
    const [first, second] = (await makePeople(api.container, 2)) as [Person, Person];
    await outsider.session.beginTransaction();
    await outsider.session.query('SELECT id FROM users WHERE id = ? FOR UPDATE', [first.id]);

    const booking = api.post('/api/tickets/book', second.token, {
      event_id: event.id,
      additionalUsers: [first.id],
    });
    await observer.untilSomeoneWaits();

    expect(await observer.canLock('users', second.id)).toBe(true);
    await outsider.session.commit();
    expect((await booking).status).toBe(201);
  });
});

describe('a booking whose account is locked, if the connection is lost while others are looked up', () => {
  let proxy: FaultProxy;
  let api: TestApi;
  let outsider: Outsider;
  beforeAll(async () => {
    const settings = (await testDatabase()) as MysqlSettings;
    proxy = await FaultProxy.start(settings.port);
    api = await TestApi.start({ database: { ...settings, host: '127.0.0.1', port: proxy.port } });
    outsider = await Outsider.enter(settings);
  });
  afterAll(async () => {
    await outsider.leave();
    await api.close();
    await proxy.close();
  });

  it('is told that nothing has changed', async () => {
    const event = await makeEvent(api);
    const person = await makePerson(api.container);
    await outsider.session.beginTransaction();
    await outsider.session.query('SELECT id FROM users WHERE id = ? FOR UPDATE', [person.id]);
    let isLookingUp = false;
    proxy.judge = (sql) => {
      if (sql.includes('FROM users') && sql.includes('SKIP LOCKED')) isLookingUp = true;
      return isLookingUp && sql.startsWith('COMMIT') ? { kind: 'cut after' } : PASS;
    };

    const { status, body } = await api.post('/api/tickets/book', person.token, {
      event_id: event.id,
    });
    proxy.heal();
    await outsider.session.rollback();

    expect([isLookingUp, status, body.code]).toEqual([true, 503, 'SERVICE_UNAVAILABLE']);
  });
});

describe('events that others have locked', () => {
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

  const makeEvents = async (count: number, organizer: Person): Promise<number[]> => {
    const ids: number[] = [];
    while (ids.length < count) ids.push((await makeEvent(api, { organizer })).id);
    return ids;
  };

  const book = async (eventId: number, { id }: Person): Promise<string> => {
    const result = await api.container.inventory.execute(eventId, {
      command: { kind: 'book', bookedBy: id, userId: id, additionalUsers: [], quantity: 1 },
      actorId: id,
      requestId: null,
    });
    return result.refused ? 'refused' : 'book';
  };

  /** The ids of the events in a statement. */
  const eventsIn = (statement: string): number[] =>
    (/`?id`? (?:=|IN) \(?([\d, ]+)/.exec(statement)?.[1] ?? '').split(',').map(Number);

  it('leave connections for everything else, however many they are', async () => {
    const person = await makePerson(api.container);
    const events = await makeEvents(12, person);
    await outsider.lockEvents(events);

    const bookings = Promise.all(events.map((id) => book(id, person)));
    expect(await outsider.untilSomeoneWaits(6)).toHaveLength(6);
    const read = await api.get(`/api/events/status/${String(events[0]!)}`, person.token);
    expect(read.status).toBe(200);
    await outsider.session.commit();
    expect(await bookings).toEqual(events.map(() => 'book'));
  });

  it('do not delay other events that share their transactions', async () => {
    const person = await makePerson(api.container);
    const [held, ...free] = await makeEvents(30, person);
    await outsider.lockEvents([held!]);

    const blocked = book(held!, person);
    const others = Promise.all(free.map((id) => book(id, person)));
    const [waiting] = await outsider.untilSomeoneWaits();

    expect(eventsIn(waiting!)).toEqual([held]);
    expect(await others).toEqual(free.map(() => 'book'));
    await outsider.session.commit();
    expect(await blocked).toBe('book');
  });

  it('are not delayed by an account that others have locked', async () => {
    const people = await makePeople(api.container, 30);
    const events = await makeEvents(people.length, people[0]!);
    const held = people[5]!;
    await outsider.session.beginTransaction();
    await outsider.session.query('SELECT id FROM users WHERE id = ? FOR UPDATE', [held.id]);

    const ends = await Promise.all(
      people.map((person, index) =>
        book(events[index]!, person).catch((error: unknown) => (error as ApiError).code),
      ),
    );

    expect(ends).toEqual(
      people.map((person) => (person === held ? 'SERVICE_UNAVAILABLE' : 'book')),
    );
    await outsider.session.rollback();
  });
});
