import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

describe('POST /api/tickets/book', () => {
  let api: TestApi;
  let person: Person;
  let guests: Person[];
  beforeAll(async () => {
    api = await TestApi.start();
    guests = await makePeople(api.container, 3);
  });
  beforeEach(async () => {
    person = await makePerson(api.container);
  });
  afterAll(() => api.close());

  const book = (body: object, { token } = person): Promise<ApiAnswer> =>
    api.post('/api/tickets/book', token, body);
  const guestIds = (count: number): number[] => guests.slice(0, count).map(({ id }) => id);
  const holdersIn = ({ body }: ApiAnswer): number[] =>
    body.data.bookings.map(({ user_id }: { user_id: number }) => user_id);
  const eventNow = async (id: number): Promise<ApiAnswer['body']> =>
    (await api.get(`/api/events/status/${String(id)}`, person.token)).body.data;

  describe('one person', () => {
    it('gets one ticket if no quantity is given', async () => {
      const event = await makeEvent(api);

      const { status, body } = await book({ event_id: event.id });

      expect(status).toBe(201);
      expect(body.data).toEqual({
        outcome: 'booked',
        event_id: event.id,
        bookings: [
          {
            id: expect.any(Number),
            event_id: event.id,
            ticket_no: 1,
            user_id: person.id,
            booked_by: person.id,
            status: 'booked',
            createdAt: expect.stringMatching(/Z$/),
            updatedAt: expect.stringMatching(/Z$/),
          },
        ],
        waitlisted: [],
        available_tickets: 9,
        version: 1,
      });
    });

    it('gets what is left and waits for the rest, in one answer', async () => {
      const event = await makeEvent(api, { total: 2 });

      const { status, body } = await book({ event_id: event.id, quantity: 3 });

      expect(status).toBe(201);
      expect(body.data).toMatchObject({
        outcome: 'partially_booked',
        bookings: [{ ticket_no: 1 }, { ticket_no: 2 }],
        waitlisted: [{ user_id: person.id, quantity: 1, position: 1 }],
        available_tickets: 0,
        version: 1,
      });
    });

    it('is waitlisted with 201 when nothing is left, and refused when already waiting', async () => {
      const event = await makeSoldOutEvent(api, { total: 1 });

      const waitlisted = await book({ event_id: event.id, quantity: 2 });

      expect(waitlisted.status).toBe(201);
      expect(waitlisted.body.data).toMatchObject({
        outcome: 'waitlisted',
        bookings: [],
        waitlisted: [{ user_id: person.id, quantity: 2, position: 1 }],
      });
      expect(await book({ event_id: event.id })).toMatchObject(refusal('ALREADY_WAITLISTED'));
    });

    it('may book again for an event for which they hold tickets', async () => {
      const event = await makeEvent(api);
      await book({ event_id: event.id });

      expect((await book({ event_id: event.id, quantity: 2 })).body.data).toMatchObject({
        outcome: 'booked',
        bookings: [{ ticket_no: 2 }, { ticket_no: 3 }],
      });
    });
  });

  describe('with if_short', () => {
    it('takes what there is, and waits for nothing', async () => {
      const event = await makeEvent(api, { total: 2 });

      const { status, body } = await book({ event_id: event.id, quantity: 3, if_short: 'take' });

      expect([status, body.message]).toEqual([201, 'Fewer tickets booked, as there are no more']);
      expect(body.data).toMatchObject({ outcome: 'partially_booked', waitlisted: [], version: 1 });
      expect(await eventNow(event.id)).toMatchObject({ available_tickets: 0, waitlist_count: 0 });
      expect(await book({ event_id: event.id, if_short: 'take' })).toMatchObject(
        refusal('NOT_ENOUGH_TICKETS', 'available_tickets'),
      );
    });

    it('gets all or nothing, and the key of what was refused stays free', async () => {
      const event = await makeEvent(api, { total: 2 });
      const wish = { event_id: event.id, quantity: 3, if_short: 'refuse' };
      const withKey = (body: object): Promise<ApiAnswer> =>
        api.post('/api/tickets/book', person.token, body, { 'Idempotency-Key': 'all-or-nothing' });

      expect((await withKey(wish)).body).toMatchObject({
        code: 'NOT_ENOUGH_TICKETS',
        details: [{ field: 'available_tickets', message: '2' }],
      });
      expect(await eventNow(event.id)).toMatchObject({ available_tickets: 2, version: 0 });
      const fewer = { ...wish, quantity: 2 };
      expect((await withKey(fewer)).body.data).toMatchObject({ outcome: 'booked', version: 1 });
      expect((await withKey(fewer)).headers['idempotent-replayed']).toBe('true');
      expect(await withKey({ ...fewer, if_short: 'take' })).toMatchObject(
        refusal('IDEMPOTENCY_KEY_REUSED'),
      );
    });

    it('knows no other word', async () => {
      const event = await makeEvent(api);

      expect(await book({ event_id: event.id, if_short: 'maybe' })).toMatchObject(
        refusal('VALIDATION_FAILED', 'if_short'),
      );
    });
  });

  describe('a party', () => {
    it("gets one ticket each first, in order, then the booker's other tickets", async () => {
      const event = await makeEvent(api, { total: 4 });

      const answer = await book({
        event_id: event.id,
        quantity: 5,
        additionalUsers: guestIds(2),
      });

      expect(holdersIn(answer)).toEqual([person.id, ...guestIds(2), person.id]);
      expect(answer.body.data).toMatchObject({
        outcome: 'partially_booked',
        bookings: Array.from({ length: 4 }, () => ({ booked_by: person.id })),
        waitlisted: [{ user_id: person.id, quantity: 1, position: 1 }],
      });
    });

    it('gets a ticket for each person if no quantity is given', async () => {
      const event = await makeEvent(api);

      const answer = await book({ event_id: event.id, additionalUsers: guestIds(3) });

      expect(holdersIn(answer)).toEqual([person.id, ...guestIds(3)]);
    });

    it('need not include the booker', async () => {
      const event = await makeEvent(api);

      const answer = await book({ event_id: event.id, quantity: 2, additionalUsers: guestIds(2) });

      expect(holdersIn(answer)).toEqual(guestIds(2));
      expect(answer.body.data.outcome).toBe('booked');
      expect((await api.get('/api/tickets', person.token)).body.data).toHaveLength(2);
    });

    it('makes one waitlist entry for each person, in the listed order', async () => {
      const event = await makeEvent(api, { total: 1 });
      const listed = guestIds(3).reverse();

      const { body } = await book({ event_id: event.id, quantity: 6, additionalUsers: listed });

      expect(body.data.waitlisted).toEqual([
        { user_id: person.id, quantity: 2, position: 1 },
        ...listed.map((id, index) => ({ user_id: id, quantity: 1, position: index + 2 })),
      ]);
    });

    it('omits people who already wait from the answer, and leaves their entries unchanged', async () => {
      const event = await makeSoldOutEvent(api, { total: 1 });
      const [waiting, newcomer] = guests;
      await book({ event_id: event.id, quantity: 3 }, waiting);
      const request = { event_id: event.id, quantity: 2, additionalUsers: guestIds(2) };

      const { body } = await book(request);

      expect(body.data.waitlisted).toEqual([{ user_id: newcomer!.id, quantity: 1, position: 2 }]);
      const { body: queue } = await api.get('/api/waitinglists', person.token, {
        event_id: event.id,
      });
      expect(queue.data).toMatchObject([
        { user_id: waiting!.id, quantity: 3 },
        { user_id: newcomer!.id, quantity: 1 },
      ]);
      expect(await book(request)).toMatchObject(refusal('ALREADY_WAITLISTED'));
      expect((await eventNow(event.id)).version).toBe(3);
    });

    it('gets nothing if one of its members has no account', async () => {
      const event = await makeEvent(api);

      expect(
        await book({ event_id: event.id, additionalUsers: [...guestIds(1), 2_147_483_647] }),
      ).toMatchObject(refusal('USER_NOT_FOUND'));
      expect(await eventNow(event.id)).toMatchObject({ available_tickets: 10, version: 0 });
    });
  });

  describe('a cap', () => {
    it('counts held and waited-for tickets together, whoever books them', async () => {
      const event = await makeEvent(api, { total: 3, cap: 2 });
      const [guest] = guests;
      const refused = refusal('TICKET_LIMIT_REACHED');

      expect(await book({ event_id: event.id, quantity: 3 })).toMatchObject(refused);
      await book({ event_id: event.id, quantity: 2 });
      expect(await book({ event_id: event.id })).toMatchObject(refused);
      // One held, one waited for.
      const { body } = await book({ event_id: event.id, quantity: 2 }, guest);
      expect(body.data.outcome).toBe('partially_booked');
      const party = { event_id: event.id, additionalUsers: [guest!.id] };
      expect(await book(party, guests[1])).toMatchObject(refused);
      expect(await eventNow(event.id)).toMatchObject({ version: 2, waitlist_tickets: 1 });
    });

    it('counts what others booked for the person, even if the person has not booked anything', async () => {
      const event = await makeEvent(api, { total: 10, cap: 1 });
      const [guest] = guests;
      await book({ event_id: event.id, additionalUsers: [guest!.id] });

      expect(await book({ event_id: event.id }, guest)).toMatchObject(
        refusal('TICKET_LIMIT_REACHED'),
      );
      expect(await eventNow(event.id)).toMatchObject({ available_tickets: 8, version: 1 });
    });

    it('does not count tickets that were given back', async () => {
      const event = await makeEvent(api, { cap: 1 });
      await book({ event_id: event.id });
      await api.post('/api/tickets/cancel', person.token, { event_id: event.id });

      expect((await book({ event_id: event.id })).status).toBe(201);
    });

    it('also limits joining the waitlist, but never refuses a promotion', async () => {
      const event = await makeSoldOutEvent(api, { total: 1, cap: 1 });
      const join = (quantity: number): Promise<ApiAnswer> =>
        api.post('/api/waitinglists/join-waitlist', person.token, {
          event_id: event.id,
          quantity,
        });

      expect(await join(2)).toMatchObject(refusal('TICKET_LIMIT_REACHED'));
      expect((await join(1)).status).toBe(201);
      const { body } = await api.post('/api/tickets/cancel', event.organizer.token, {
        event_id: event.id,
      });
      expect(body.data.reassigned).toBe(1);
    });

    it('holds under many simultaneous requests', async () => {
      const event = await makeEvent(api, { total: 100, cap: 4 });

      const answers = await Promise.all(
        Array.from({ length: 20 }, () => book({ event_id: event.id })),
      );

      expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
      const { body } = await api.get('/api/tickets', person.token, { event_id: event.id });
      expect(body.data).toHaveLength(4);
    });
  });

  it('puts newcomers at the end of the queue, even when tickets come back', async () => {
    const event = await makeSoldOutEvent(api, { total: 2 });
    const [first] = guests;
    await book({ event_id: event.id, quantity: 3 }, first);
    const { body: cancelled } = await api.post('/api/tickets/cancel', event.organizer.token, {
      event_id: event.id,
    });
    expect(cancelled.data).toMatchObject({ reassigned: 2, available_tickets: 0 });

    const { body } = await book({ event_id: event.id });

    expect(body.data).toMatchObject({ outcome: 'waitlisted', waitlisted: [{ position: 2 }] });
  });

  it("accepts the reference's status, and the caller's own user_id", async () => {
    const event = await makeEvent(api);

    const own = await book({ event_id: event.id, status: 'booked', user_id: person.id });

    expect(own.status).toBe(201);
    expect(await book({ event_id: event.id, status: 'cancelled' })).toMatchObject(
      refusal('VALIDATION_FAILED', 'status'),
    );
    expect(await book({ event_id: event.id, user_id: guests[0]!.id })).toMatchObject(
      refusal('FORBIDDEN'),
    );
  });

  it('lets an admin book for someone: that person is the holder, the admin the booker', async () => {
    const event = await makeEvent(api, { total: 1 });
    const admin = await makePerson(api.container, 'admin');

    const { body } = await book({ event_id: event.id, quantity: 2, user_id: person.id }, admin);

    expect(body.data).toMatchObject({
      bookings: [{ user_id: person.id, booked_by: admin.id }],
      waitlisted: [{ user_id: person.id, quantity: 1 }],
    });
    expect(await book({ event_id: event.id, user_id: 2_147_483_647 }, admin)).toMatchObject(
      refusal('USER_NOT_FOUND'),
    );
  });

  it('requires an existing event', async () => {
    expect(await book({ event_id: 2_147_483_647 })).toMatchObject(refusal('EVENT_NOT_FOUND'));
  });

  it.each([
    ['event_id', { event_id: undefined }],
    ['event_id', { event_id: '1' }],
    ['quantity', { quantity: 0 }],
    ['quantity', { quantity: 1_001 }],
    ['quantity', { quantity: 1.5 }],
    ['quantity', { quantity: null }],
    ['quantity', { quantity: 1, additionalUsers: [1, 2] }],
    ['additionalUsers', { additionalUsers: [1, 1] }],
    ['additionalUsers', { additionalUsers: [0] }],
    ['additionalUsers', { additionalUsers: ['1'] }],
    ['additionalUsers', { additionalUsers: 1 }],
    ['additionalUsers', { additionalUsers: Array.from({ length: 101 }, (_, n) => n + 1) }],
    ['price', { price: 5 }],
  ])('refuses a bad %s: %j', async (field, fault) => {
    expect(await book({ event_id: 1, ...fault })).toMatchObject(
      refusal('VALIDATION_FAILED', field),
    );
  });

  it('refuses the caller, and the person an admin books for, as additional users', async () => {
    const admin = await makePerson(api.container, 'admin');
    const fault = refusal('VALIDATION_FAILED', 'additionalUsers');

    expect(await book({ event_id: 1, additionalUsers: [person.id] })).toMatchObject(fault);
    expect(
      await book({ event_id: 1, user_id: person.id, additionalUsers: [person.id] }, admin),
    ).toMatchObject(fault);
  });
});
