import type { Command } from '../../src/domain/commands';
import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePeople, makePerson } from '../factories/people';
import { TestApi } from '../support/http/test-api';
import { ADMIN } from '../support/domain/inventory';

describe('simultaneous commands', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  /** Sends all in one turn, so that they wait together. Returns the answer to each. */
  const runTogether = (eventId: number, commands: readonly Command[]): Promise<string[]> =>
    Promise.all(
      commands.map(async (command) => {
        const request = { command, actorId: 1, requestId: null };
        const result = await api.container.inventory.execute(eventId, request);
        return result.refused ? result.code : command.kind;
      }),
    );
  const book = (userId: number, quantity = 1): Command => ({
    kind: 'book',
    bookedBy: userId,
    userId,
    additionalUsers: [],
    quantity,
  });
  const consistency = async (eventId: number): Promise<unknown> => {
    const { event, faults } = await api.container.services.reconcile.reconcile(eventId);
    return [faults, event.version];
  };

  it('run in one transaction, in the order of their arrival', async () => {
    const people = await makePeople(api.container, 20);
    const event = await makeEvent(api, { total: 10 });
    const before = (await api.container.metrics.batchSize.get()).values;

    await runTogether(
      event.id,
      people.map(({ id }) => book(id)),
    );

    const batches = (values: typeof before): number =>
      values.find(({ metricName }) => metricName?.endsWith('_count'))?.value ?? 0;
    const after = (await api.container.metrics.batchSize.get()).values;
    expect(batches(after) - batches(before)).toBe(1);
    const { Booking } = api.container.database.models;
    const rows = await Booking.findAll({ where: { event_id: event.id }, order: ['ticket_no'] });
    expect(rows.map((row) => row.get('user_id'))).toEqual(people.slice(0, 10).map(({ id }) => id));
    expect(await consistency(event.id)).toEqual([[], 20]);
  });

  it('that do not fit into one batch are all answered, in the order of their arrival', async () => {
    const [person, other] = await makePeople(api.container, 2);
    const event = await makeSoldOutEvent(api, { total: 1 });
    const join = {
      kind: 'join',
      userId: person!.id,
      requestedBy: person!.id,
      quantity: 1,
    } as const;
    const leave = { kind: 'leave', userId: person!.id, actor: ADMIN } as const;

    const answers = await runTogether(event.id, [join, leave, leave, join, book(other!.id)]);

    expect(answers).toEqual(['join', 'leave', 'WAITLIST_ENTRY_NOT_FOUND', 'join', 'book']);
    expect(await consistency(event.id)).toEqual([[], 5]);
  });

  it('on the whole event each see the result of the one before', async () => {
    const person = await makePerson(api.container);
    const event = await makeEvent(api, { total: 5 });

    const answers = await runTogether(event.id, [
      book(person.id, 5),
      { kind: 'update-event', totalTickets: 4, actor: ADMIN },
      { kind: 'update-event', totalTickets: 6, actor: ADMIN },
      book(person.id),
      { kind: 'cancel-event', actor: ADMIN },
      book(person.id),
    ]);

    expect(answers).toEqual([
      'book',
      'CAPACITY_BELOW_BOOKED',
      'update-event',
      'book',
      'cancel-event',
      'EVENT_CANCELLED',
    ]);
    expect(await consistency(event.id)).toEqual([[], 4]);
  });

  it('beyond the limit are refused at once, without harm to the others', async () => {
    const event = await makeEvent(api);
    const { inventory } = api.container;
    const command: Command = { kind: 'cancel-held', holderId: event.organizer.id, quantity: null };

    const answers = await Promise.allSettled(
      Array.from({ length: 4_100 }, () =>
        inventory.execute(event.id, { command, actorId: 1, requestId: null }),
      ),
    );

    const refused = answers.slice(4_000);
    expect(refused).toHaveLength(100);
    for (const answer of refused) {
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: { code: 'SERVICE_UNAVAILABLE', message: 'Too many requests are waiting' },
      });
    }
    expect(answers[0]).toMatchObject({ status: 'fulfilled', value: { code: 'BOOKING_NOT_FOUND' } });
    const { values } = await api.container.metrics.turnedAway.get();
    expect(values).toMatchObject([{ value: 100 }]);
  });
});
