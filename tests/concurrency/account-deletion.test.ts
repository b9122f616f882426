import { makeEvent } from '../factories/events';
import { makePeople } from '../factories/people';
import { checkHistory } from '../support/history/check-history';
import { History } from '../support/history/history';
import { TestApi } from '../support/http/test-api';

describe('accounts deleted while their owners book', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  it('leave no ticket and no waitlist entry behind', async () => {
    const people = await makePeople(api.container, 40);
    const leaving = people.slice(0, 15);
    const event = await makeEvent(api, { total: 20, organizer: people[39]! });
    const history = new History([api.url]);

    await Promise.all([
      ...people.map((person) => history.book(person, event.id, { quantity: 2 })),
      ...people
        .slice(15)
        .map((person, index) => history.book(person, event.id, { guests: [leaving[index % 15]!] })),
      ...leaving.map((person) => history.deleteAccount(person, event.id)),
    ]);

    const { Booking, WaitlistEntry, User } = api.container.database.models;
    const gone = leaving.map(({ id }) => id);
    expect(await User.count({ where: { id: gone, email: null } })).toBe(15);
    expect(await Booking.count({ where: { user_id: gone, status: 'booked' } })).toBe(0);
    expect(await WaitlistEntry.count({ where: { user_id: gone } })).toBe(0);
    await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
  });

  it('leave no entry in the queue of an event that is joined at the same time', async () => {
    const people = await makePeople(api.container, 10);
    const events = [
      await makeEvent(api, { total: 1 }),
      await makeEvent(api, { total: 1 }),
      await makeEvent(api, { total: 1 }),
    ];
    const eventIds = events.map(({ id }) => id);
    const history = new History([api.url]);

    await Promise.all(
      people.flatMap((person) => [
        ...events.map(({ id }) => history.book(person, id)),
        history.deleteAccount(person, eventIds[0]!, ...eventIds.slice(1)),
        ...events.map(({ id }) => history.book(person, id)),
      ]),
    );

    const { Booking, WaitlistEntry } = api.container.database.models;
    const gone = people.map(({ id }) => id);
    expect(await Booking.count({ where: { user_id: gone, status: 'booked' } })).toBe(0);
    expect(await WaitlistEntry.count({ where: { user_id: gone } })).toBe(0);
    for (const eventId of eventIds) {
      await checkHistory(api.container.database, history, { eventId, people: gone });
    }
  });
});
