import { createContainer } from '../../src/container';
import {
  BLOCK_SIZE,
  rebuildOutdatedQueue,
  removeEmptyBlocks,
} from '../../src/inventory/queue-blocks';
import { makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { makePeople, type Person } from '../factories/people';
import { TestApi } from '../support/http/test-api';

/** Enough to fill several blocks, if queue numbers are spread. */
const PEOPLE = 24;
/** So that the people wait in several blocks. */
const QUEUE_NUMBERS_APART = BLOCK_SIZE / 4;
const STEPS = 120;

describe('positions in the queue', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  /** Entries in queue order, read one by one from the rows. */
  async function queueOf(
    eventId: number,
  ): Promise<{ id: number; user_id: number; quantity: number }[]> {
    const rows = await api.container.database.models.WaitlistEntry.findAll({
      where: { event_id: eventId },
      order: [
        ['priority', 'DESC'],
        ['queue_no', 'ASC'],
      ],
    });
    return rows.map((row) => row.get());
  }

  async function expectTruePositions(event: MadeEvent, people: readonly Person[]): Promise<void> {
    const queue = await queueOf(event.id);
    const shown: [number, number][] = [];
    for (let after: string | undefined; ;) {
      const { body } = await api.get('/api/waitinglists', event.organizer.token, {
        event_id: event.id,
        limit: 10,
        ...(after === undefined ? {} : { after }),
      });
      for (const { user_id, position } of body.data) shown.push([position, user_id]);
      if (body.meta.next === null) break;
      after = body.meta.next as string;
    }
    expect(shown).toEqual(queue.map(({ user_id }, index) => [index + 1, user_id]));

    // Asked at the same moment, so that they share their queries.
    const all = await Promise.all(
      people.map(({ token }) => api.get(`/api/events/${String(event.id)}/me`, token)),
    );
    all.forEach(({ body }, index) => {
      const place = queue.findIndex(({ user_id }) => user_id === people[index]!.id);
      const ahead = queue.slice(0, Math.max(0, place));
      expect(body.data.waitlist_entry?.position ?? null).toBe(place < 0 ? null : place + 1);
      expect(body.data.tickets_ahead).toBe(
        place < 0 ? null : ahead.reduce((sum, { quantity }) => sum + quantity, 0),
      );
    });
  }

  /** Lets the queue numbers go on further behind, as if others had come and gone. */
  async function skipQueueNumbers(eventId: number): Promise<void> {
    await api.container.database.models.Event.increment('next_queue_no', {
      by: QUEUE_NUMBERS_APART,
      where: { id: eventId },
    });
  }

  async function expectReconciled(eventId: number): Promise<void> {
    const { faults } = await api.container.services.reconcile.reconcile(eventId);
    expect(faults).toEqual([]);
  }

  it('are exact after every kind of change, over many blocks and priorities', async () => {
    const event = await makeSoldOutEvent(api, { total: 40 });
    const people = await makePeople(api.container, PEOPLE);
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let step = 0; step < STEPS; step += 1) {
      const person = people[random(PEOPLE)]!;
      const entry = (await queueOf(event.id)).find(({ user_id }) => user_id === person.id);
      const path = `/api/waitinglists/${String(event.id)}`;
      const choice = random(6);
      if (!entry) {
        await skipQueueNumbers(event.id);
        const joined = await api.post('/api/waitinglists/join-waitlist', person.token, {
          event_id: event.id,
          quantity: 1 + random(4),
        });
        if (joined.status === 201) {
          expect(joined.body.data.position).toBe((await queueOf(event.id)).length);
        }
      } else if (choice === 0) {
        await api.delete(path, person.token);
      } else if (choice === 1) {
        await api.patch(path, person.token, { quantity: 1 });
      } else if (choice === 2) {
        await api.post('/api/tickets/cancel', event.organizer.token, {
          event_id: event.id,
          quantity: 1,
        });
      } else {
        const { body } = await api.patch(
          `/api/waitinglists/${String(entry.id)}/priority`,
          event.organizer.token,
          { priority: random(3), reason: 'test' },
        );
        const place = (await queueOf(event.id)).findIndex(({ id }) => id === entry.id);
        expect(body.data.position).toBe(place + 1);
      }
      if (step % 20 === 19) await expectTruePositions(event, people);
    }
    await expectReconciled(event.id);
    const blocks = await api.container.database.models.WaitlistBlock.count({
      where: { event_id: event.id },
    });
    expect(blocks).toBeGreaterThan(5);
  });

  it('are exact when a server that keeps no sums has changed the queue, before and after the next change', async () => {
    const event = await makeSoldOutEvent(api, { total: 3 });
    const people = await makePeople(api.container, 4);
    const join = ({ token }: Person) =>
      api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id });
    for (const person of people.slice(0, 3)) await join(person);
    // As an earlier version would do it: the entry, the counters and the version, and no sums.
    const { WaitlistEntry, Event } = api.container.database.models;
    await WaitlistEntry.destroy({ where: { event_id: event.id, user_id: people[0]!.id } });
    await Event.increment(
      { waitlist_count: -1, waitlist_tickets: -1, version: 1 },
      { where: { id: event.id } },
    );

    await expectTruePositions(event, people);
    await join(people[3]!);

    await expectTruePositions(event, people);
    await expectReconciled(event.id);
  });

  it('are read from sums again once housekeeping has made them, without any change', async () => {
    const event = await makeSoldOutEvent(api, { total: 3 });
    const people = await makePeople(api.container, 3);
    for (const { token } of people) {
      await api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id });
    }
    const { database, unitOfWork } = api.container;
    const { Event, WaitlistBlock } = database.models;
    const where = { event_id: event.id };
    await WaitlistBlock.update({ entries: 7 }, { where });
    await Event.update({ queue_counted_version: null }, { where: { id: event.id } });

    while (await rebuildOutdatedQueue(database, unitOfWork));

    const row = (await Event.findByPk(event.id))!.get();
    expect(row.queue_counted_version).toBe(row.version);
    expect(await WaitlistBlock.sum('entries', { where })).toBe(3);
    await expectTruePositions(event, people);
    await expectReconciled(event.id);
  });

  it('leave no rows behind for blocks in which nobody waits any more', async () => {
    const event = await makeSoldOutEvent(api, { total: 3 });
    const [person] = (await makePeople(api.container, 1)) as [Person];
    await api.post('/api/waitinglists/join-waitlist', person.token, { event_id: event.id });
    await api.delete(`/api/waitinglists/${String(event.id)}`, person.token);

    await removeEmptyBlocks(api.container.database);

    const { WaitlistBlock } = api.container.database.models;
    expect(await WaitlistBlock.count({ where: { event_id: event.id } })).toBe(0);
    await expectReconciled(event.id);
  });

  it('are exact after two servers have changed one queue at the same time', async () => {
    const event = await makeSoldOutEvent(api, { total: 5 });
    const people = await makePeople(api.container, PEOPLE);
    const { database } = api.container;
    // SQLite is served by one process.
    const other = database.isSqlite ? api.container : createContainer(api.container.config);
    try {
      await Promise.all(
        people.map(async ({ id }, index) => {
          const { commands } = (index % 2 === 0 ? api.container : other).services;
          const request = {
            actor: { id, role: 'user' as const },
            requestId: 'test',
            startedAt: performance.now(),
          };
          const join = { kind: 'join', userId: id, requestedBy: id, quantity: 1 } as const;
          await commands.perform(event.id, join, request);
          if (index % 3 !== 0) return;
          const leave = { kind: 'leave', userId: id, actor: request.actor } as const;
          await commands.perform(event.id, leave, request);
        }),
      );
    } finally {
      if (other !== api.container) await other.close();
    }

    await expectTruePositions(event, people);
    await expectReconciled(event.id);
  });
});
