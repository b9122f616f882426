import { makeEvent } from '../factories/events';
import { makePeople } from '../factories/people';
import { checkHistory } from '../support/history/check-history';
import { History } from '../support/history/history';
import { Outsider } from '../support/servers/outsider';
import { TestApi } from '../support/http/test-api';
import { until } from '../support/setup/until';

describe('a booking that conflicts with another session', () => {
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

  const retries = async (): Promise<number> =>
    (await api.container.metrics.transactionRetries.get()).values[0]?.value ?? 0;

  it('is rolled back in a deadlock, runs again as a whole and succeeds', async () => {
    const [person, ...others] = await makePeople(api.container, 30);
    const event = await makeEvent(api, { total: 5 });
    const before = await retries();
    await outsider.session.beginTransaction();
    // The outsider has made many changes, so it is costlier to roll back and the booking is the victim.
    await outsider.session.query(
      `UPDATE users SET updatedAt = updatedAt + INTERVAL 1 SECOND WHERE id IN (?)`,
      [[person!, ...others].map(({ id }) => id)],
    );

    const history = new History([api.url]);
    const booking = history.book(person!, event.id);
    await outsider.untilSomeoneWaits();
    await outsider.session.query('SELECT id FROM events WHERE id = ? FOR UPDATE', [event.id]);
    await outsider.session.commit();

    expect((await booking)?.status).toBe(201);
    expect(await retries()).toBeGreaterThan(before);
    await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: [person!.id],
    });
  });

  it('waits at most a few seconds for a held lock, and affects no other event', async () => {
    const [person] = await makePeople(api.container, 1);
    const held = await makeEvent(api, { total: 5 });
    const free = await makeEvent(api, { total: 5 });
    await outsider.lockEvents([held.id]);

    const blocked = api.post('/api/tickets/book', person!.token, { event_id: held.id });
    const other = await api.post('/api/tickets/book', person!.token, { event_id: free.id });
    const { status, body, headers } = await blocked;

    expect(other.status).toBe(201);
    expect([status, body.code, headers['retry-after']]).toEqual([503, 'SERVICE_UNAVAILABLE', '1']);
    await outsider.session.rollback();
    await until(async () => (await outsider.openTransactions()) === 0);
    const again = await api.post('/api/tickets/book', person!.token, { event_id: held.id });
    expect(again.body.data.bookings[0].ticket_no).toBe(1);
  });

  it('gives up in time for the oldest command in its batch', async () => {
    const people = await makePeople(api.container, 2);
    const event = await makeEvent(api);
    const before = await retries();
    await outsider.lockEvents([event.id]);

    // The first one has so little time left that it can wait for the lock only once.
    const startTimes = [performance.now() - 2_500, performance.now()];
    const bookings = people.map(({ id }, index) =>
      api.container.inventory.execute(event.id, {
        command: { kind: 'book', bookedBy: id, userId: id, additionalUsers: [], quantity: 1 },
        actorId: id,
        requestId: null,
        startedAt: startTimes[index]!,
      }),
    );
    const ends = await Promise.allSettled(bookings);

    const refused = { status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } };
    expect(ends).toMatchObject([refused, refused]);
    expect(await retries()).toBe(before);
    await outsider.session.rollback();
  });

  it('that violates a database rule fails alone, not the rest of its batch', async () => {
    const people = await makePeople(api.container, 40);
    const culprit = people[17]!;
    const event = await makeEvent(api, { total: 100 });
    await outsider.session.query(
      `CREATE TRIGGER poison BEFORE INSERT ON bookings FOR EACH ROW
       BEGIN IF NEW.user_id = ${String(culprit.id)} THEN
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poison'; END IF; END`,
    );
    try {
      const history = new History([api.url]);
      const answers = await Promise.all(people.map((person) => history.book(person, event.id)));

      const failed = people.filter((_, index) => answers[index]?.status !== 201);
      expect(failed).toEqual([culprit]);
      expect(answers[17]?.body.code).toBe('INTERNAL_ERROR');
      await checkHistory(api.container.database, history, {
        eventId: event.id,
        people: people.map(({ id }) => id),
      });
      const { faults, counts } = await api.container.services.reconcile.reconcile(event.id);
      expect([faults, counts.activeTickets]).toEqual([[], 39]);
    } finally {
      await outsider.session.query('DROP TRIGGER poison');
    }
  });
});
