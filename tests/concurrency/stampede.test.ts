import { makeEvent } from '../factories/events';
import { makePeople } from '../factories/people';
import { checkHistory } from '../support/history/check-history';
import { History } from '../support/history/history';
import { TestApi } from '../support/http/test-api';

describe('a stampede on one event', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  const rowsOf = async (eventId: number): Promise<{ active: number; waiting: number }> => {
    const { Booking, WaitlistEntry } = api.container.database.models;
    return {
      active: await Booking.count({ where: { event_id: eventId, status: 'booked' } }),
      waiting: await WaitlistEntry.count({ where: { event_id: eventId } }),
    };
  };

  it('500 people ask for 100 tickets at once: 100 get one, 400 wait, no one is lost', async () => {
    const people = await makePeople(api.container, 500);
    const event = await makeEvent(api, { total: 100 });
    const history = new History([api.url]);

    await Promise.all(people.map((person) => history.book(person, event.id)));

    expect(history.tally()).toEqual({ '201 booked': 100, '201 waitlisted': 400 });
    expect(await rowsOf(event.id)).toEqual({ active: 100, waiting: 400 });
    const positions = history.calls.flatMap(
      ({ answer }) => answer?.body.data.waitlisted as { position: number }[],
    );
    expect(positions.map(({ position }) => position).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 400 }, (_, index) => index + 1),
    );
    await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
  });

  it('large bookings and guests at once: every wanted ticket is booked or waited for', async () => {
    const people = await makePeople(api.container, 60);
    const event = await makeEvent(api, { total: 100 });
    const history = new History([api.url]);

    await Promise.all(
      people.map((person, index) =>
        history.book(person, event.id, {
          quantity: 1 + (index % 5),
          guests: index % 5 > 2 ? [people[(index + 1) % 60]!, people[(index + 2) % 60]!] : [],
        }),
      ),
    );

    const summary = await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
    expect(summary.effects).toBeGreaterThan(30);
    expect((await rowsOf(event.id)).active).toBe(100);
  });

  it('100 cancels of one ticket at once: one succeeds, and one person moves up', async () => {
    const [holder, ...waiting] = await makePeople(api.container, 3);
    const event = await makeEvent(api, { total: 1, organizer: holder! });
    const history = new History([api.url]);
    const booked = await history.book(holder!, event.id);
    const bookingId = booked?.body.data.bookings[0].id as number;
    for (const person of waiting) await history.join(person, event.id);

    await Promise.all(
      Array.from({ length: 100 }, () => history.cancelBookings(holder!, event.id, [bookingId])),
    );

    expect(history.tally()).toMatchObject({ '200': 1, '409 BOOKING_ALREADY_CANCELLED': 99 });
    expect(await rowsOf(event.id)).toEqual({ active: 1, waiting: 1 });
    const { promotions } = await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: [holder!, ...waiting].map(({ id }) => id),
    });
    expect(promotions).toBe(1);
  });

  it('one person joins 50 times at once: one entry', async () => {
    const [holder, person] = await makePeople(api.container, 2);
    const event = await makeEvent(api, { total: 1 });
    const history = new History([api.url]);
    await history.book(holder!, event.id);

    await Promise.all(Array.from({ length: 50 }, () => history.join(person!, event.id)));

    expect(history.tally()).toMatchObject({ '201': 1, '409 ALREADY_WAITLISTED': 49 });
    expect((await rowsOf(event.id)).waiting).toBe(1);
    await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: [holder!.id, person!.id],
    });
  });

  it('the cap holds, however many book for one person at the same time', async () => {
    const [person, ...friends] = await makePeople(api.container, 21);
    const event = await makeEvent(api, { total: 100, cap: 3 });
    const history = new History([api.url]);

    await Promise.all([
      ...Array.from({ length: 20 }, () => history.book(person!, event.id)),
      ...friends.map((friend) => history.book(friend, event.id, { guests: [person!] })),
    ]);

    const { Booking } = api.container.database.models;
    const held = await Booking.count({
      where: { event_id: event.id, user_id: person!.id, status: 'booked' },
    });
    expect(held).toBe(3);
    expect(history.tally()['409 TICKET_LIMIT_REACHED']).toBe(37);
    await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: [person!, ...friends].map(({ id }) => id),
    });
  });

  it('cancels and bookings with a queue: no one jumps it, nothing is lost', async () => {
    const people = await makePeople(api.container, 150);
    const holders = people.slice(0, 50);
    const event = await makeEvent(api, { total: 50, organizer: people[0]! });
    const history = new History([api.url]);
    await Promise.all(holders.map((person) => history.book(person, event.id)));
    for (const person of people.slice(50, 80)) await history.join(person, event.id);

    await Promise.all([
      ...holders.map((person) => history.cancelHeld(person, event.id)),
      ...people.slice(80).map((person) => history.book(person, event.id)),
      ...people.slice(50, 60).map((person) => history.leave(person, event.id)),
    ]);

    const { promotions } = await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
    // 50 tickets come back, and at most 10 of the 30 who wait leave.
    expect(promotions).toBeGreaterThanOrEqual(20);
    expect((await rowsOf(event.id)).active).toBe(50);
  });

  it('everything at once on a small event: the history is linearizable', async () => {
    const people = await makePeople(api.container, 12);
    const organizer = people[0]!;
    const event = await makeEvent(api, { total: 8, organizer, cap: 6 });
    const history = new History([api.url]);
    // Sold out, with a queue: the first cancellation promotes someone.
    for (const person of people) await history.book(person, event.id);

    const ask = (index: number): Promise<unknown> => {
      const person = people[(index * 7) % people.length]!;
      switch (index % 8) {
        case 0:
        case 1:
          return history.book(person, event.id, { quantity: 1 + (index % 4) });
        case 2:
          return history.book(person, event.id, { guests: [people[(index * 7 + 3) % 12]!] });
        case 3:
        case 4:
          return history.cancelHeld(person, event.id, index % 3 === 0 ? { quantity: 1 } : {});
        case 5:
          return history.join(person, event.id, { quantity: 2 });
        case 6:
          return history.leave(person, event.id);
        default:
          return history.resize(organizer, event.id, 6 + (index % 5));
      }
    };
    // Each client sends one request after another: sent all at once, they would arrive sorted by kind.
    await Promise.all(
      Array.from({ length: 25 }, async (_, client) => {
        for (let index = client; index < 400; index += 25) await ask(index);
      }),
    );

    const { effects, promotions, refusals } = await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
    expect(effects).toBeGreaterThan(50);
    expect(promotions).toBeGreaterThan(0);
    expect(refusals).toBeGreaterThan(20);
  });
});
