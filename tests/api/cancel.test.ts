import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

interface Ticket {
  readonly id: number;
  readonly ticket_no: number;
}

describe('POST /api/tickets/cancel', () => {
  let api: TestApi;
  let person: Person;
  let other: Person;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  beforeEach(async () => {
    [person, other] = (await makePeople(api.container, 2)) as [Person, Person];
  });
  afterAll(() => api.close());

  const cancel = (body: object, { token } = person): Promise<ApiAnswer> =>
    api.post('/api/tickets/cancel', token, body);
  const book = async (
    eventId: number,
    quantity: number,
    additionalUsers: number[] = [],
  ): Promise<Ticket[]> => {
    const body = { event_id: eventId, quantity, additionalUsers };
    return (await api.post('/api/tickets/book', person.token, body)).body.data.bookings;
  };
  const join = (eventId: number, { token }: Person, quantity = 1): Promise<ApiAnswer> =>
    api.post('/api/waitinglists/join-waitlist', token, { event_id: eventId, quantity });
  const versionOf = async (eventId: number): Promise<number> =>
    (await api.get(`/api/available-tickets/${String(eventId)}`, person.token)).body.data.version;
  const numbersIn = ({ body }: ApiAnswer): number[] =>
    body.data.cancelled.map(({ ticket_no }: Ticket) => ticket_no).sort();

  describe('by event_id', () => {
    it('gives back all that the caller holds, and nothing that others hold', async () => {
      const event = await makeEvent(api, { total: 5 });
      await book(event.id, 3, [other.id]);

      const answer = await cancel({ event_id: event.id });

      expect(answer.status).toBe(200);
      expect(answer.body.data).toMatchObject({
        event_id: event.id,
        cancelled: [
          { user_id: person.id, status: 'cancelled' },
          { user_id: person.id, status: 'cancelled' },
        ],
        reassigned: 0,
        available_tickets: 4,
        version: 2,
      });
      expect((await api.get('/api/tickets', other.token)).body.data).toMatchObject([
        { status: 'booked' },
      ]);
    });

    it('gives back the tickets issued last if a quantity is given', async () => {
      const event = await makeEvent(api);
      await book(event.id, 4);

      expect(numbersIn(await cancel({ event_id: event.id, quantity: 2 }))).toEqual([3, 4]);
      expect(numbersIn(await cancel({ event_id: event.id, quantity: 1 }))).toEqual([2]);
    });

    it('refuses more than the caller holds, says how many they hold, and cancels none', async () => {
      const event = await makeEvent(api);
      await book(event.id, 2);

      const answer = await cancel({ event_id: event.id, quantity: 3 });

      expect(answer).toMatchObject(refusal('VALIDATION_FAILED', 'quantity'));
      expect(answer.body.message).toContain('only 2 held');
      expect(await versionOf(event.id)).toBe(1);
    });

    it('finds nothing if the caller holds no active ticket', async () => {
      const event = await makeEvent(api);
      await book(event.id, 1);

      expect(await cancel({ event_id: event.id }, other)).toMatchObject(
        refusal('BOOKING_NOT_FOUND'),
      );
      await cancel({ event_id: event.id });
      expect(await cancel({ event_id: event.id })).toMatchObject(refusal('BOOKING_NOT_FOUND'));
      expect(await cancel({ event_id: 2_147_483_647 })).toMatchObject(refusal('EVENT_NOT_FOUND'));
    });

    it("accepts a user_id only if it is the caller's own or from an admin", async () => {
      const event = await makeEvent(api);
      await book(event.id, 2);
      const admin = await makePerson(api.container, 'admin');
      const request = { event_id: event.id, quantity: 1, user_id: person.id };

      expect(await cancel(request, other)).toMatchObject(refusal('FORBIDDEN'));
      expect((await cancel(request)).status).toBe(200);
      expect((await cancel(request, admin)).status).toBe(200);
      expect(await cancel({ ...request, user_id: 2_147_483_647 }, admin)).toMatchObject(
        refusal('USER_NOT_FOUND'),
      );
    });
  });

  describe('by booking ids', () => {
    it('cancels one or several, for holder, booker, organizer and admin', async () => {
      const event = await makeEvent(api);
      const admin = await makePerson(api.container, 'admin');
      const [own, forOther, third, fourth, fifth] = await book(event.id, 5, [other.id]);

      expect((await cancel({ booking_id: forOther!.id }, other)).status).toBe(200);
      expect((await cancel({ booking_id: third!.id }, event.organizer)).status).toBe(200);
      expect((await cancel({ booking_id: fourth!.id }, admin)).status).toBe(200);
      expect(numbersIn(await cancel({ booking_ids: [own!.id, fifth!.id] }))).toEqual([1, 5]);
    });

    it('lets the booker give back a ticket that someone else holds', async () => {
      const event = await makeEvent(api);
      const [ticket] = await book(event.id, 1, [other.id]);

      const { body } = await cancel({ booking_id: ticket!.id });

      expect(body.data.cancelled).toMatchObject([{ user_id: other.id, booked_by: person.id }]);
    });

    it.each(['not the caller’s', 'unknown', 'already cancelled', 'of another event'] as const)(
      'cancels none if one is %s',
      async (what) => {
        const [event, elsewhere] = [await makeEvent(api), await makeEvent(api)];
        const [good, gone] = await book(event.id, 2);
        const foreign = await api.post('/api/tickets/book', other.token, { event_id: event.id });
        const [away] = await book(elsewhere.id, 1);
        await cancel({ booking_id: gone!.id });
        const bad = {
          'not the caller’s': [foreign.body.data.bookings[0].id, refusal('FORBIDDEN')],
          unknown: [2_147_483_647, refusal('BOOKING_NOT_FOUND')],
          'already cancelled': [gone!.id, refusal('BOOKING_ALREADY_CANCELLED')],
          'of another event': [away!.id, refusal('VALIDATION_FAILED', 'booking_ids')],
        } as const;
        const [id, refused] = bad[what];

        expect(await cancel({ booking_ids: [good!.id, id] })).toMatchObject(refused);
        expect(await versionOf(event.id)).toBe(3);
      },
    );

    it('requires a named event to be the event of the bookings', async () => {
      const [event, elsewhere] = [await makeEvent(api), await makeEvent(api)];
      const [ticket] = await book(event.id, 1);
      const booking_id = ticket!.id;

      expect(await cancel({ event_id: elsewhere.id, booking_id })).toMatchObject(
        refusal('BOOKING_NOT_FOUND'),
      );
      expect(await cancel({ event_id: 2_147_483_647, booking_id })).toMatchObject(
        refusal('EVENT_NOT_FOUND'),
      );
      expect((await cancel({ event_id: event.id, booking_id })).status).toBe(200);
    });
  });

  describe('and the waitlist', () => {
    it('serves it in order: an entry for three takes the one ticket and waits for two', async () => {
      const event = await makeEvent(api, { total: 2 });
      await book(event.id, 2);
      const [first, second] = (await makePeople(api.container, 2)) as [Person, Person];
      await join(event.id, first, 3);
      await join(event.id, second, 1);

      const { body } = await cancel({ event_id: event.id, quantity: 1 });

      expect(body.data).toMatchObject({ reassigned: 1, available_tickets: 0 });
      expect(JSON.stringify(body)).not.toContain(`"user_id":${String(first.id)}`);
      const { body: queue } = await api.get('/api/waitinglists', other.token, {
        event_id: event.id,
      });
      expect(queue.data).toMatchObject([
        { user_id: first.id, quantity: 2, position: 1 },
        { user_id: second.id, quantity: 1, position: 2 },
      ]);
      const { body: got } = await api.get('/api/tickets', first.token);
      expect(got.data).toMatchObject([{ ticket_no: 3, user_id: first.id, booked_by: first.id }]);
    });

    it('returns to stock what no one waits for', async () => {
      const event = await makeSoldOutEvent(api, { total: 3 });
      await join(event.id, other, 1);

      const { body } = await cancel({ event_id: event.id }, event.organizer);

      expect(body.data).toMatchObject({ reassigned: 1, available_tickets: 2 });
    });

    it('gives a promoted ticket to the person of the entry, booked by whoever made the entry', async () => {
      const event = await makeSoldOutEvent(api, { total: 1 });
      const party = { event_id: event.id, quantity: 1, additionalUsers: [other.id] };
      await api.post('/api/tickets/book', person.token, party);

      await cancel({ event_id: event.id }, event.organizer);

      const { body } = await api.get('/api/tickets', other.token);
      expect(body.data).toMatchObject([{ user_id: other.id, booked_by: person.id }]);
    });
  });

  it.each([
    ['event_id', {}],
    ['event_id', { quantity: 1 }],
    ['event_id', { event_id: 0 }],
    ['quantity', { event_id: 1, quantity: 0 }],
    ['quantity', { booking_id: 1, quantity: 1 }],
    ['quantity', { event_id: 1, booking_ids: [1], quantity: 1 }],
    ['booking_ids', { booking_id: 1, booking_ids: [2] }],
    ['booking_ids', { booking_ids: [] }],
    ['booking_ids', { booking_ids: [1, 1] }],
    ['booking_ids', { booking_ids: Array.from({ length: 101 }, (_, n) => n + 1) }],
    ['booking_id', { booking_id: '1' }],
  ])('refuses a bad %s: %j', async (field, body) => {
    expect(await cancel(body)).toMatchObject(refusal('VALIDATION_FAILED', field));
  });
});
