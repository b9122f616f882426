import { makeSoldOutEvent } from '../factories/events';
import { makePeople } from '../factories/people';
import { TestApi } from '../support/http/test-api';

describe('the queue', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  it('is served and shown by priority and queue number, regardless of ids and times', async () => {
    const event = await makeSoldOutEvent(api, { total: 4 });
    const people = await makePeople(api.container, 4);
    const { Event, WaitlistEntry, Booking } = api.container.database.models;
    // Inserted in an order unrelated to the queue, with the oldest time last in the queue.
    const positions = [
      { queue_no: 4, priority: 0, minute: 1 },
      { queue_no: 2, priority: 0, minute: 3 },
      { queue_no: 1, priority: 0, minute: 4 },
      { queue_no: 3, priority: 7, minute: 2 },
    ];
    for (const [index, { minute, ...position }] of positions.entries()) {
      const time = new Date(Date.UTC(2026, 0, 1, 0, minute));
      await WaitlistEntry.create({
        event_id: event.id,
        user_id: people[index]!.id,
        requested_by: people[index]!.id,
        quantity: 1,
        ...position,
        createdAt: time,
        updatedAt: time,
      });
    }
    await Event.update(
      { waitlist_count: 4, waitlist_tickets: 4, next_queue_no: 5, queue_counted_version: null },
      { where: { id: event.id } },
    );
    const inOrder = [3, 2, 1, 0].map((index) => people[index]!.id);

    const { body } = await api.get('/api/waitinglists', people[0]!.token, { event_id: event.id });
    const shown = body.data as { user_id: number; position: number }[];
    expect(shown.map(({ user_id, position }) => [position, user_id])).toEqual(
      inOrder.map((userId, index) => [index + 1, userId]),
    );

    for (const served of inOrder) {
      const cancelled = await api.post('/api/tickets/cancel', event.organizer.token, {
        event_id: event.id,
        quantity: 1,
      });
      expect(cancelled.body.data.reassigned).toBe(1);
      expect(
        await Booking.count({ where: { event_id: event.id, user_id: served, status: 'booked' } }),
      ).toBe(1);
    }
  });
});
