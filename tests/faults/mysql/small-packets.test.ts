import { randomUUID } from 'node:crypto';
import { makeEvent, type MadeEvent } from '../../factories/events';
import { makePeople, type Person } from '../../factories/people';
import { survives } from '../../support/faults/fault-report';
import { TestApi } from '../../support/http/test-api';
import { OwnDatabase } from '../../support/servers/own-database';

/** Tickets of one person: several pieces. */
const HELD = 12_000;
const MOST_IN_BOOKING = 1_000;
/** Bookings with a key, whose stored answers are megabytes together. */
const TOGETHER = 24;
/** Less than a batch of bookings of 100 tickets writes in one statement. */
const SMALLEST_PACKET_BYTES = 64 * 1_024;
const WAITING = 1_200;

describe('a database that takes statements of at most 1 MB', () => {
  let own: OwnDatabase;
  let api: TestApi;
  let people: Person[];
  beforeAll(async () => {
    own = await OwnDatabase.start({ options: ['--max-allowed-packet=1M'] });
    api = own.world.observer;
    people = await makePeople(api.container, WAITING);
  });
  afterAll(() => own.stop());

  const expectReconciled = async ({ id }: MadeEvent): Promise<void> => {
    expect((await api.container.services.reconcile.reconcile(id)).faults).toEqual([]);
  };

  const book = (
    { token }: Person,
    { id }: MadeEvent,
    quantity: number,
  ): Promise<{ status: number }> =>
    api.post(
      '/api/tickets/book',
      token,
      { event_id: id, quantity },
      { 'Idempotency-Key': randomUUID() },
    );

  /** An event of which one person holds everything, and that many wait for. */
  async function soldOut(holder: Person): Promise<MadeEvent> {
    const event = await makeEvent(api, { total: HELD });
    for (let left = HELD; left > 0; left -= MOST_IN_BOOKING) {
      expect((await book(holder, event, MOST_IN_BOOKING)).status).toBe(201);
    }
    await Promise.all(
      people.map(({ id }) =>
        api.container.inventory.execute(event.id, {
          command: { kind: 'join', userId: id, requestedBy: id, quantity: 5 },
          actorId: id,
          requestId: null,
        }),
      ),
    );
    return event;
  }

  survives(
    {
      area: 'The database',
      fault: 'statements of at most 1 MB',
      checked: 'bookings whose answers are stored together are all booked, each once',
    },
    async () => {
      const event = await makeEvent(api, { total: TOGETHER * MOST_IN_BOOKING });
      const answers = await Promise.all(
        people.slice(0, TOGETHER).map((person) => book(person, event, MOST_IN_BOOKING)),
      );

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
      await expectReconciled(event);
      return TOGETHER;
    },
  );

  survives(
    {
      area: 'The database',
      fault: 'statements of at most 1 MB, and one person with thousands of tickets',
      checked: 'giving them back, deleting the account and cancelling the event work',
    },
    async () => {
      const [giver, leaver, keeper] = (await makePeople(api.container, 3)) as [
        Person,
        Person,
        Person,
      ];
      const [given, left, cancelled] = [
        await soldOut(giver),
        await soldOut(leaver),
        await soldOut(keeper),
      ];

      const answers = [
        await api.post('/api/tickets/cancel', giver.token, { event_id: given.id }),
        await api.delete(`/api/users/${String(leaver.id)}`, leaver.token),
        await api.post(`/api/events/${String(cancelled.id)}/cancel`, cancelled.organizer.token, {}),
      ];

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(answers[0]!.body.data).toMatchObject({
        cancelled_count: HELD,
        reassigned: 5 * WAITING,
      });
      for (const event of [given, left, cancelled]) await expectReconciled(event);
      return answers.length;
    },
  );

  survives(
    {
      area: 'The database',
      fault: 'statements of at most 64 KB, less than a batch writes',
      checked: 'the batch is run in halves, and everyone has their tickets, each once',
    },
    async () => {
      await own.asRoot((root) =>
        root.query(`SET GLOBAL max_allowed_packet = ${String(SMALLEST_PACKET_BYTES)}`),
      );
      // The limit holds for connections that are opened from now on.
      const limited = await TestApi.start({ database: own.root });
      try {
        const event = await makeEvent(limited, { total: TOGETHER * 100 });
        const answers = await Promise.all(
          people
            .slice(0, TOGETHER)
            .map(({ token }) =>
              limited.post(
                '/api/tickets/book',
                token,
                { event_id: event.id, quantity: 100 },
                { 'Idempotency-Key': randomUUID() },
              ),
            ),
        );

        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
        await expectReconciled(event);
      } finally {
        await limited.close();
      }
      return TOGETHER;
    },
  );
});
