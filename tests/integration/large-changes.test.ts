import { makeEvent, type MadeEvent } from '../factories/events';
import { makePeople, type Person } from '../factories/people';
import { TestApi } from '../support/http/test-api';

/** More rows than one statement writes. */
const MANY = 1_100;

describe('a change of more rows than one statement writes', () => {
  let api: TestApi;
  let holder: Person;
  let waiting: Person[];
  let event: MadeEvent;
  beforeAll(async () => {
    api = await TestApi.start();
    [holder, ...waiting] = (await makePeople(api.container, MANY + 1)) as [Person, ...Person[]];
  });
  beforeEach(async () => {
    event = await makeEvent(api, { total: MANY });
    for (const quantity of [1_000, MANY - 1_000]) {
      await api.post('/api/tickets/book', holder.token, { event_id: event.id, quantity });
    }
    const joins = waiting.map(({ id }) =>
      api.container.inventory.execute(event.id, {
        command: { kind: 'join', userId: id, requestedBy: id, quantity: 1 },
        actorId: id,
        requestId: null,
      }),
    );
    await Promise.all(joins);
  });
  afterAll(() => api.close());

  /** Counts the rows and reconciles the event. */
  async function rows(): Promise<Record<'booked' | 'cancelled' | 'holders' | 'waiting', number>> {
    const { Booking, WaitlistEntry } = api.container.database.models;
    const { faults } = await api.container.services.reconcile.reconcile(event.id);
    expect(faults).toEqual([]);
    const booked = { event_id: event.id, status: 'booked' } as const;
    return {
      booked: await Booking.count({ where: booked }),
      cancelled: await Booking.count({ where: { event_id: event.id, status: 'cancelled' } }),
      holders: await Booking.count({ where: booked, distinct: true, col: 'user_id' }),
      waiting: await WaitlistEntry.count({ where: { event_id: event.id } }),
    };
  }

  it('is written whole when all tickets of one person go to the people who wait', async () => {
    expect(await rows()).toEqual({ booked: MANY, cancelled: 0, holders: 1, waiting: MANY });

    const { body } = await api.post('/api/tickets/cancel', holder.token, { event_id: event.id });

    expect(body.data).toMatchObject({ reassigned: MANY, available_tickets: 0 });
    expect(await rows()).toEqual({ booked: MANY, cancelled: MANY, holders: MANY, waiting: 0 });
  });

  it('is written whole when the event is cancelled', async () => {
    const path = `/api/events/${String(event.id)}/cancel`;
    expect((await api.post(path, event.organizer.token, {})).status).toBe(200);

    expect(await rows()).toEqual({ booked: 0, cancelled: MANY, holders: 0, waiting: 0 });
  });
});
