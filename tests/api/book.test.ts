import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePeople, makePerson } from '../factories/people';
import { TestApi } from '../support/test-api';

describe('POST /api/tickets/book', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  it('books what there is and puts the rest on the waitlist, in one answer', async () => {
    const person = await makePerson(api.container);
    const event = await makeEvent(api, { total: 2 });

    const { status, body } = await api.post('/api/tickets/book', person.token, {
      event_id: event.id,
      quantity: 3,
    });

    expect(status).toBe(201);
    expect(body.data).toMatchObject({
      outcome: 'partially_booked',
      event_id: event.id,
      bookings: [
        { ticket_no: 1, user_id: person.id, booked_by: person.id, status: 'booked' },
        { ticket_no: 2, user_id: person.id, booked_by: person.id, status: 'booked' },
      ],
      waitlisted: [{ user_id: person.id, quantity: 1, position: 1 }],
      available_tickets: 0,
      version: 1,
    });
  });

  it('gives one ticket to each person first, then the further ones to who books', async () => {
    const [booker, ...guests] = await makePeople(api.container, 3);
    const event = await makeEvent(api, { total: 4 });

    const { body } = await api.post('/api/tickets/book', booker!.token, {
      event_id: event.id,
      quantity: 5,
      additionalUsers: guests.map(({ id }) => id),
    });

    const holders = body.data.bookings.map(({ user_id }: { user_id: number }) => user_id);
    expect(holders).toEqual([booker!.id, guests[0]!.id, guests[1]!.id, booker!.id]);
    expect(body.data.waitlisted).toEqual([{ user_id: booker!.id, quantity: 1, position: 1 }]);
  });

  it('puts everyone on the waitlist when nothing is left, and says so with 201', async () => {
    const person = await makePerson(api.container);
    const event = await makeSoldOutEvent(api, { total: 1 });

    const { status, body } = await api.post('/api/tickets/book', person.token, {
      event_id: event.id,
    });

    expect(status).toBe(201);
    expect(body.data).toMatchObject({ outcome: 'waitlisted', bookings: [] });
  });
});
