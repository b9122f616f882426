import { QueryTypes } from 'sequelize';
import type { Tx } from '../../src/database/unit-of-work';
import { BLOCK_SIZE, rebuildQueueBlocks } from '../../src/inventory/queue-blocks';
import { readPositions } from '../../src/inventory/queue-positions';
import { makeSoldOutEvent } from '../factories/events';
import { makePeople, type Person } from '../factories/people';
import { TestApi } from '../support/http/test-api';

const BLOCKS = 20;
/** The last people in the queue, who have the most ahead of them. */
const ASKING = 10;

describe('positions at the end of a long queue', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  /** Rows that the session of the transaction has read so far. */
  async function rowsRead(tx: Tx): Promise<number> {
    const counters = await api.container.database.sequelize.query<{ Value: string }>(
      "SHOW SESSION STATUS LIKE 'Handler_read%'",
      { type: QueryTypes.SELECT, transaction: tx },
    );
    return counters.reduce((sum, { Value }) => sum + Number(Value), 0);
  }

  async function fillQueue(eventId: number, people: readonly Person[]): Promise<void> {
    const now = new Date();
    await api.container.database.models.WaitlistEntry.bulkCreate(
      people.map(({ id }, index) => ({
        event_id: eventId,
        user_id: id,
        requested_by: id,
        quantity: 1,
        priority: 0,
        queue_no: index + 1,
        createdAt: now,
        updatedAt: now,
      })),
    );
  }

  it('read no more of it than one block for each person who asks', async () => {
    const { database, unitOfWork } = api.container;
    const event = await makeSoldOutEvent(api);
    const people = await makePeople(api.container, BLOCKS * BLOCK_SIZE);
    await fillQueue(event.id, people);
    await unitOfWork.run((tx) => rebuildQueueBlocks(database, tx, event.id));
    const asking = people.slice(-ASKING).map(({ id }) => id);
    const state = { id: event.id, version: 1, queue_counted_version: 1 };

    const { positions, read } = await unitOfWork.readConsistently(async (tx) => {
      const before = await rowsRead(tx);
      const where = { event_id: event.id, user_id: asking };
      const found = await readPositions(database, tx, where, [state]);
      return {
        positions: found.map(({ position }) => position).sort((a, b) => a - b),
        read: (await rowsRead(tx)) - before,
      };
    });

    expect(positions).toEqual(asking.map((_, index) => people.length - ASKING + index + 1));
    // The sums of the blocks, the entries, and twice what is ahead in one's own block at most.
    expect(read).toBeLessThan(2 * ASKING * BLOCK_SIZE + 10 * BLOCKS);
  });
});
