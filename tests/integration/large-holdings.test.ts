import { QueryTypes } from 'sequelize';
import { PIECE_TICKETS, UNDIVIDED_TICKETS_MAX } from '../../src/domain/pieces';
import { makeEvent, makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { TestApi } from '../support/http/test-api';

/** Several pieces, the last of which is smaller. */
const HELD = UNDIVIDED_TICKETS_MAX + 2 * PIECE_TICKETS + 300;
const LISTED = 1_000;

describe('one person with thousands of tickets', () => {
  let api: TestApi;
  let holder: Person;
  let event: MadeEvent;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  beforeEach(async () => {
    holder = await makePerson(api.container);
    event = await makeEvent(api, { total: HELD });
    for (let left = HELD; left > 0; left -= 1_000) {
      const quantity = Math.min(1_000, left);
      await api.post('/api/tickets/book', holder.token, { event_id: event.id, quantity });
    }
  });
  afterAll(() => api.close());

  async function booked(eventId = event.id): Promise<Map<number, number>> {
    const rows = await api.container.database.sequelize.query<{ user_id: number; count: number }>(
      "SELECT user_id, COUNT(*) AS count FROM bookings WHERE event_id = :eventId AND status = 'booked' " +
        'GROUP BY user_id',
      { type: QueryTypes.SELECT, replacements: { eventId } },
    );
    return new Map(rows.map(({ user_id, count }) => [user_id, count]));
  }

  async function expectReconciled(): Promise<void> {
    expect((await api.container.services.reconcile.reconcile(event.id)).faults).toEqual([]);
  }

  async function versionOf(eventId: number): Promise<number> {
    const { body } = await api.get(`/api/events/status/${String(eventId)}`, holder.token);
    return body.data.version as number;
  }

  const join = ({ token }: Person, quantity: number) =>
    api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id, quantity });

  it('gives all of them back in one version: some to the queue, the rest to stock', async () => {
    const waiting = await makePeople(api.container, 3);
    for (const person of waiting) await join(person, 900);
    const version = await versionOf(event.id);

    const { status, body } = await api.post('/api/tickets/cancel', holder.token, {
      event_id: event.id,
    });

    expect(status).toBe(200);
    expect(body.data.cancelled).toHaveLength(LISTED);
    expect(body.data.cancelled[0].ticket_no).toBe(HELD);
    expect(body.data).toMatchObject({
      cancelled_count: HELD,
      reassigned: 2_700,
      available_tickets: HELD - 2_700,
      version: version + 1,
    });
    expect(await booked()).toEqual(new Map(waiting.map(({ id }) => [id, 900])));
    await expectReconciled();
    const { body: log } = await api.get('/api/admin/audit', event.organizer.token, {
      event_id: event.id,
      limit: 1,
    });
    expect(log.data[0]).toMatchObject({ action: 'tickets.cancel', version: version + 1 });
    expect(log.data[0].details.tickets_back).toHaveLength(LISTED);
    expect(log.data[0].details.tickets_back_left_out).toBe(HELD - LISTED);
  });

  it('gives most of them back, and holds the ones that were given out first', async () => {
    const quantity = HELD - 5;
    await api.container.inventory.execute(event.id, {
      command: { kind: 'cancel-held', holderId: holder.id, quantity },
      actorId: holder.id,
      requestId: null,
    });

    const left = await api.container.database.models.Booking.findAll({
      where: { event_id: event.id, status: 'booked' },
      order: ['ticket_no'],
    });
    expect(left.map((row) => row.get().ticket_no)).toEqual([1, 2, 3, 4, 5]);
    await expectReconciled();
  });

  it('gives them back once for one key, and gets the same bounded answer again', async () => {
    const ask = () =>
      api.post(
        '/api/tickets/cancel',
        holder.token,
        { event_id: event.id },
        { 'Idempotency-Key': 'k' },
      );

    const [first, second] = await Promise.all([ask(), ask()]);
    const third = await ask();

    expect([first.status, second.status, third.status]).toEqual([200, 200, 200]);
    expect(second.body).toEqual(first.body);
    expect(third.body).toEqual(first.body);
    expect(third.headers['idempotent-replayed']).toBe('true');
    expect(first.body.data.cancelled_count).toBe(HELD);
    await expectReconciled();
  });

  it('can be deleted, and the tickets go to the queue', async () => {
    const [waiting] = (await makePeople(api.container, 1)) as [Person];
    await join(waiting, 1_000);
    await join(holder, 5);

    expect((await api.delete(`/api/users/${String(holder.id)}`, holder.token)).status).toBe(200);

    expect(await booked()).toEqual(new Map([[waiting.id, 1_000]]));
    await expectReconciled();
  });

  it('does not get them back from the queue', async () => {
    await join(holder, 3);

    const { body } = await api.post('/api/tickets/cancel', holder.token, { event_id: event.id });

    expect(body.data).toMatchObject({
      reassigned: 0,
      ended_entries: [holder.id],
      available_tickets: HELD,
    });
    expect(await booked()).toEqual(new Map());
    await expectReconciled();
  });

  it('holds up nobody who books the same or another event', async () => {
    const other = await makeEvent(api, { total: 100 });
    const people = await makePeople(api.container, 10);

    const cancelled = api.post('/api/tickets/cancel', holder.token, { event_id: event.id });
    const bookings = await Promise.all(
      people.map(({ token }, index) =>
        api.post('/api/tickets/book', token, { event_id: index % 2 === 0 ? event.id : other.id }),
      ),
    );

    expect((await cancelled).status).toBe(200);
    expect(bookings.map(({ status }) => status)).toEqual(people.map(() => 201));
    await expectReconciled();
  });

  it('sees many tickets added in one version, and a dry run that says what would happen', async () => {
    const waiting = await makePeople(api.container, 3);
    for (const person of waiting) await join(person, 1_000);
    const path = `/api/events/${String(event.id)}`;
    const change = { total_tickets: HELD + 2_500, event_name: `${event.name} II` };
    const version = await versionOf(event.id);

    const dry = await api.patch(path, event.organizer.token, change, { query: { dry_run: true } });
    expect(dry.body.data).toMatchObject({ promoted_tickets: 2_500, available_tickets: 0 });
    expect(await booked()).toEqual(new Map([[holder.id, HELD]]));

    const { body } = await api.patch(path, event.organizer.token, change);
    expect(body.data).toMatchObject({ ...change, available_tickets: 0, version: version + 1 });
    expect([...(await booked()).values()].sort((a, b) => a - b)).toEqual([500, 1_000, 1_000, HELD]);
    await expectReconciled();
  });

  it('is refused like everyone else: no more tickets than held', async () => {
    const [other] = (await makePeople(api.container, 1)) as [Person];
    const soldOut = await makeSoldOutEvent(api, { total: 1 });

    expect(
      await api.post('/api/tickets/cancel', other.token, { event_id: soldOut.id }),
    ).toMatchObject({ status: 404 });
    const result = await api.container.inventory.execute(event.id, {
      command: { kind: 'cancel-held', holderId: holder.id, quantity: HELD + 1 },
      actorId: holder.id,
      requestId: null,
    });
    expect(result).toMatchObject({ refused: true, code: 'VALIDATION_FAILED' });
    expect(await booked()).toEqual(new Map([[holder.id, HELD]]));
  });
});
