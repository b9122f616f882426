import { randomUUID } from 'node:crypto';
import { makeEvent } from '../factories/events';
import { makePeople } from '../factories/people';
import { checkHistory } from '../support/history/check-history';
import { History } from '../support/history/history';
import { TestApi } from '../support/http/test-api';

describe('two servers on one database', () => {
  let first: TestApi;
  let second: TestApi;
  beforeAll(async () => {
    first = await TestApi.start();
    second = await TestApi.start();
  });
  afterAll(async () => {
    await first.close();
    await second.close();
  });

  it('sell 100 tickets to 400 people exactly once, and return the id of each row', async () => {
    const people = await makePeople(first.container, 400);
    const event = await makeEvent(first, { total: 100 });
    const history = new History([first.url, second.url]);

    await Promise.all(people.map((person) => history.book(person, event.id)));

    expect(history.tally()).toEqual({ '201 booked': 100, '201 waitlisted': 300 });
    const answered = history.calls.flatMap(({ answer }) =>
      (answer?.body.data.bookings as { id: number; ticket_no: number; user_id: number }[]).map(
        ({ id, ticket_no, user_id }) => ({ id, ticket_no, user_id }),
      ),
    );
    const rows = await first.container.database.models.Booking.findAll({
      attributes: ['id', 'ticket_no', 'user_id'],
      where: { event_id: event.id },
      order: ['id'],
    });
    expect(answered.sort((a, b) => a.id - b.id)).toEqual(rows.map((row) => row.get()));
    await checkHistory(first.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
  });

  it('keep the queue order while both cancel and book', async () => {
    const people = await makePeople(first.container, 120);
    const event = await makeEvent(first, { total: 30, cap: 4, organizer: people[0]! });
    const history = new History([first.url, second.url]);
    await Promise.all(people.slice(0, 30).map((person) => history.book(person, event.id)));
    for (const person of people.slice(30, 50)) await history.join(person, event.id);

    await Promise.all(
      Array.from({ length: 300 }, (_, index) => {
        const person = people[(index * 13) % people.length]!;
        if (index % 3 === 0) return history.cancelHeld(person, event.id);
        if (index % 29 === 1) return history.leave(person, event.id);
        const ifShort = index % 7 === 0 ? 'refuse' : index % 11 === 0 ? 'take' : 'wait';
        return history.book(person, event.id, { quantity: 1 + (index % 3), ifShort });
      }),
    );

    const { promotions } = await checkHistory(first.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
    expect(promotions).toBeGreaterThan(10);
  });

  it('sell 30 events at once, each correctly, although events share transactions', async () => {
    const people = await makePeople(first.container, 60);
    const events = await Promise.all(
      Array.from({ length: 30 }, () => makeEvent(first, { total: 10, organizer: people[0]! })),
    );
    const history = new History([first.url, second.url]);

    await Promise.all(
      Array.from({ length: 600 }, (_, index) => {
        const { id } = events[index % events.length]!;
        const turn = Math.floor(index / events.length);
        const person = people[(turn * 7 + index) % people.length]!;
        if (turn % 5 === 4) return history.cancelHeld(people[index % 60]!, id);
        return history.book(person, id, { key: randomUUID() });
      }),
    );

    // Otherwise some of them may still be in flight while the rows are read.
    expect(history.calls.filter(({ answer }) => (answer?.status ?? 503) === 503)).toEqual([]);
    for (const { id } of events) {
      await checkHistory(first.container.database, history, {
        eventId: id,
        people: people.map((person) => person.id),
      });
      expect((await first.container.services.reconcile.reconcile(id)).faults).toEqual([]);
    }
  });

  it('run a request with one key once, however often and to whichever server it is sent', async () => {
    const [person] = await makePeople(first.container, 1);
    const event = await makeEvent(first, { total: 50 });
    const history = new History([first.url, second.url]);
    const key = randomUUID();

    const answers = await Promise.all(
      Array.from({ length: 100 }, () => history.book(person!, event.id, { quantity: 2, key })),
    );

    expect(new Set(answers.map((answer) => JSON.stringify(answer?.body))).size).toBe(1);
    expect(answers.filter((answer) => answer?.isReplayed === false)).toHaveLength(1);
    const { Booking } = first.container.database.models;
    expect(await Booking.count({ where: { event_id: event.id } })).toBe(2);
    const { effects } = await checkHistory(first.container.database, history, {
      eventId: event.id,
      people: [person!.id],
    });
    expect(effects).toBe(1);
  });

  it('create one event for one key, and give duplicates the same answer', async () => {
    const [person] = await makePeople(first.container, 1);
    const body = { event_name: `Concert ${randomUUID()}`, total_tickets: 5 };
    const headers = { 'Idempotency-Key': randomUUID() };

    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        [first, second][index % 2]!.post('/api/events/initialize', person!.token, body, headers),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 201));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  });

  it("see each other's changes at once when they read", async () => {
    const [person] = await makePeople(first.container, 1);
    const event = await makeEvent(first, { total: 50 });

    for (let booked = 1; booked <= 20; booked += 1) {
      const [writer, reader] = booked % 2 === 0 ? [first, second] : [second, first];
      await writer.post('/api/tickets/book', person!.token, { event_id: event.id });
      const { body } = await reader.get(
        `/api/available-tickets/${String(event.id)}`,
        person!.token,
      );
      expect(body.data).toMatchObject({ available_tickets: 50 - booked, version: booked });
    }
  });

  it('refuse a token within a second after it ends on the other server', async () => {
    const [person] = await makePeople(first.container, 1);
    expect((await second.get('/api/users/me', person!.token)).status).toBe(200);

    await first.delete(`/api/users/${String(person!.id)}`, person!.token);
    const endedAt = performance.now();

    expect((await first.get('/api/users/me', person!.token)).status).toBe(401);
    let isRefused = false;
    while (!isRefused && performance.now() - endedAt < 1_500) {
      const startedAt = performance.now();
      isRefused = (await second.get('/api/users/me', person!.token)).status === 401;
      if (!isRefused) expect(startedAt - endedAt).toBeLessThan(1_000);
    }
    expect(isRefused).toBe(true);
  });
});
