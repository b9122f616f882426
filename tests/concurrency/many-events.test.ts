import { randomUUID } from 'node:crypto';
import type { Command } from '../../src/domain/commands';
import { makeEvent, makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { makePeople, type Person } from '../factories/people';
import { checkHistory } from '../support/history/check-history';
import { History } from '../support/history/history';
import { TestApi } from '../support/http/test-api';

/** More than one statement writes, and far more than there are transaction slots. */
const EVENTS = 60;

describe('load on many events at once', () => {
  let api: TestApi;
  let people: Person[];
  beforeAll(async () => {
    api = await TestApi.start();
    people = await makePeople(api.container, EVENTS);
  });
  afterAll(() => api.close());

  /** One event after the other: their creation is not what is tested. */
  const forEach = async <T>(make: (person: Person) => Promise<T>): Promise<T[]> => {
    const made: T[] = [];
    for (const person of people) made.push(await make(person));
    return made;
  };
  const makeEvents = (total: number): Promise<MadeEvent[]> =>
    forEach((organizer) => makeEvent(api, { total, organizer }));
  const transactions = async (): Promise<number> => {
    const { values } = await api.container.metrics.batchSize.get();
    return values.find(({ metricName }) => metricName?.endsWith('_count'))?.value ?? 0;
  };
  const book = ({ id }: Person): Command => ({
    kind: 'book',
    bookedBy: id,
    userId: id,
    additionalUsers: [],
    quantity: 1,
  });
  /** Sends one command to each event in one turn, and returns the answers. */
  const askTogether = (
    events: readonly MadeEvent[],
    commandOf: (index: number) => Command,
  ): Promise<string[]> =>
    Promise.all(
      events.map(async ({ id }, index) => {
        const command = commandOf(index);
        const request = { command, actorId: people[index]!.id, requestId: null };
        const result = await api.container.inventory.execute(id, request);
        return result.refused ? result.code : command.kind;
      }),
    );
  const versions = async (events: readonly MadeEvent[]): Promise<number[]> => {
    const all: number[] = [];
    for (const { id } of events) {
      const { event, faults } = await api.container.services.reconcile.reconcile(id);
      expect(faults).toEqual([]);
      all.push(event.version);
    }
    return all;
  };

  it('lets events share transactions, and sells each its own tickets', async () => {
    const events = await makeEvents(1);
    const before = await transactions();

    const answers = await askTogether(events, (index) => book(people[index]!));

    expect(answers).toEqual(events.map(() => 'book'));
    expect((await transactions()) - before).toBeLessThan(EVENTS / 2);
    expect(await versions(events)).toEqual(events.map(() => 1));
    const { Booking } = api.container.database.models;
    for (const [index, { id }] of events.entries()) {
      const rows = await Booking.findAll({ where: { event_id: id }, raw: true });
      expect(rows).toMatchObject([{ user_id: people[index]!.id, ticket_no: 1, status: 'booked' }]);
    }
  });

  it('answers for a missing event, and for all others', async () => {
    const events = await makeEvents(1);
    const asked = events.map((event, index) => (index === 5 ? { ...event, id: 999_999 } : event));

    const answers = await askTogether(asked, (index) => book(people[index]!));

    expect(answers).toEqual(asked.map((_, index) => (index === 5 ? 'EVENT_NOT_FOUND' : 'book')));
  });

  it('promotes, in each event, the person who waits there', async () => {
    const events = await forEach((organizer) => makeSoldOutEvent(api, { total: 2, organizer }));
    const waiting = (index: number): Person => people[(index + 1) % EVENTS]!;
    await askTogether(events, (index) => ({
      kind: 'join',
      userId: waiting(index).id,
      requestedBy: waiting(index).id,
      quantity: 1,
    }));

    const answers = await askTogether(events, (index) => ({
      kind: 'cancel-held',
      holderId: people[index]!.id,
      quantity: 1,
    }));

    expect(answers).toEqual(events.map(() => 'cancel-held'));
    await versions(events);
    const { Booking, WaitlistEntry } = api.container.database.models;
    for (const [index, { id }] of events.entries()) {
      const rows = await Booking.findAll({
        where: { event_id: id, status: 'booked' },
        order: ['ticket_no'],
        raw: true,
      });
      expect(rows.map((row) => (row as unknown as { user_id: number }).user_id)).toEqual([
        people[index]!.id,
        waiting(index).id,
      ]);
      expect(await WaitlistEntry.count({ where: { event_id: id } })).toBe(0);
    }
  });

  it('cancels, in each event, its own tickets if one person gives back tickets of all', async () => {
    const holder = people[0]!;
    const events = await forEach(() => makeSoldOutEvent(api, { total: 2, organizer: holder }));
    const before = await transactions();

    const answers = await askTogether(events, () => ({
      kind: 'cancel-held',
      holderId: holder.id,
      quantity: 1,
    }));

    expect(answers).toEqual(events.map(() => 'cancel-held'));
    expect((await transactions()) - before).toBeLessThan(EVENTS / 2);
    const { Booking } = api.container.database.models;
    for (const { id } of events) {
      const rows = await Booking.findAll({
        where: { event_id: id },
        order: ['ticket_no'],
        raw: true,
      });
      expect(rows).toMatchObject([{ status: 'booked' }, { status: 'cancelled' }]);
    }
    expect(await versions(events)).toEqual(events.map(() => 2));
  });

  it('treats one key as a different key for each event', async () => {
    const events = await makeEvents(2);
    const history = new History([api.url]);
    const person = people[0]!;
    const key = randomUUID();

    const ask = (): Promise<unknown[]> =>
      Promise.all(events.map(({ id }) => history.book(person, id, { key })));
    await ask();
    await ask();

    expect(history.tally()['201 booked']).toBe(2 * EVENTS);
    expect(history.calls.filter(({ answer }) => answer?.isReplayed)).toHaveLength(EVENTS);
    expect(await versions(events)).toEqual(events.map(() => 1));
  });

  it('does not affect the other events if one violates a database rule', async () => {
    const events = await makeEvents(2);
    const culprit = events[17]!;
    const { sequelize, isSqlite } = api.container.database;
    await sequelize.query(
      isSqlite
        ? `CREATE TRIGGER poison BEFORE INSERT ON bookings WHEN NEW.event_id = ${String(culprit.id)}
           BEGIN SELECT RAISE(ABORT, 'poison'); END`
        : `CREATE TRIGGER poison BEFORE INSERT ON bookings FOR EACH ROW
           BEGIN IF NEW.event_id = ${String(culprit.id)} THEN
             SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poison'; END IF; END`,
    );
    try {
      const history = new History([api.url]);
      await Promise.all(events.map(({ id }, index) => history.book(people[index]!, id)));

      expect(history.tally()).toEqual({ '201 booked': EVENTS - 1, '500 INTERNAL_ERROR': 1 });
      expect(await versions(events)).toEqual(events.map((event) => (event === culprit ? 0 : 1)));
    } finally {
      await sequelize.query('DROP TRIGGER poison');
    }
  });

  it('everything at once: the history of each event is linearizable', async () => {
    const events = await makeEvents(3);
    const history = new History([api.url]);
    await Promise.all(
      Array.from({ length: 800 }, (_, index) => {
        const { id } = events[index % 20]!;
        const turn = Math.floor(index / 20);
        const person = people[(turn * 7) % 12]!;
        switch (turn % 5) {
          case 0:
            return history.cancelHeld(person, id);
          case 1:
            return history.join(person, id, { key: randomUUID() });
          case 2:
            return history.leave(person, id);
          case 3:
            return history.book(person, id, { guests: [people[(turn * 7 + 5) % 12]!] });
          default:
            return history.book(person, id, { key: randomUUID(), quantity: 1 + (turn % 3) });
        }
      }),
    );

    let promotions = 0;
    for (const { id } of events.slice(0, 20)) {
      const summary = await checkHistory(api.container.database, history, {
        eventId: id,
        people: people.map((person) => person.id),
      });
      promotions += summary.promotions;
    }
    expect(promotions).toBeGreaterThan(0);
    await versions(events);
  });
});
