import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

describe('GET /api/events/:event_id/me', () => {
  let api: TestApi;
  let person: Person;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  beforeEach(async () => {
    person = await makePerson(api.container);
  });
  afterAll(() => api.close());

  const mine = async (eventId: number, { token } = person): Promise<ApiAnswer['body']> =>
    (await api.get(`/api/events/${String(eventId)}/me`, token)).body.data;
  const book = (eventId: number, quantity: number): Promise<ApiAnswer> =>
    api.post('/api/tickets/book', person.token, { event_id: eventId, quantity });

  it('lets a newcomer book while there is stock', async () => {
    const event = await makeEvent(api);

    expect(await mine(event.id)).toEqual({
      event_id: event.id,
      bookings: [],
      tickets_held: 0,
      waitlist_entry: null,
      tickets_ahead: null,
      allowed_actions: ['book'],
      version: 0,
    });
  });

  it('lists only active tickets that the caller holds', async () => {
    const event = await makeEvent(api);
    const guest = await makePerson(api.container);
    await api.post('/api/tickets/book', person.token, {
      event_id: event.id,
      quantity: 3,
      additionalUsers: [guest.id],
    });
    await api.post('/api/tickets/cancel', person.token, { event_id: event.id, quantity: 1 });

    expect(await mine(event.id)).toMatchObject({
      bookings: [{ ticket_no: 1, user_id: person.id, status: 'booked' }],
      tickets_held: 1,
      allowed_actions: ['book', 'cancel'],
    });
    expect(await mine(event.id, guest)).toMatchObject({ bookings: [{ ticket_no: 2 }] });
  });

  it('returns the position in the queue and the number of tickets wanted ahead of it', async () => {
    const event = await makeSoldOutEvent(api, { total: 2 });
    const ahead = await makePeople(api.container, 2);
    for (const [index, { token }] of ahead.entries()) {
      const body = { event_id: event.id, quantity: index + 2 };
      await api.post('/api/waitinglists/join-waitlist', token, body);
    }
    await book(event.id, 2);

    expect(await mine(event.id)).toMatchObject({
      waitlist_entry: { user_id: person.id, quantity: 2, position: 3, priority: 0 },
      tickets_ahead: 5,
      allowed_actions: ['lower', 'leave'],
      version: 4,
    });
  });

  it('lists the next actions: those it names work, the others are refused', async () => {
    const event = await makeSoldOutEvent(api, { total: 2 });

    expect((await mine(event.id)).allowed_actions).toEqual(['book', 'join']);
    await api.post('/api/waitinglists/join-waitlist', person.token, { event_id: event.id });
    expect((await mine(event.id)).allowed_actions).toEqual(['leave']);
    expect(await book(event.id, 1)).toMatchObject(refusal('ALREADY_WAITLISTED'));
    expect(
      await api.post('/api/tickets/cancel', person.token, { event_id: event.id }),
    ).toMatchObject(refusal('BOOKING_NOT_FOUND'));
  });

  it('allows no booking beyond the cap, and nothing once the event is cancelled', async () => {
    const event = await makeEvent(api, { cap: 2 });
    await book(event.id, 2);

    expect((await mine(event.id)).allowed_actions).toEqual(['cancel']);
    await api.post(`/api/events/${String(event.id)}/cancel`, event.organizer.token);
    expect(await mine(event.id)).toMatchObject({
      bookings: [],
      tickets_held: 0,
      allowed_actions: [],
    });
  });

  it('requires an existing event', async () => {
    expect(await api.get('/api/events/2147483647/me', person.token)).toMatchObject(
      refusal('EVENT_NOT_FOUND'),
    );
  });
});
