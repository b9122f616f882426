import { randomUUID } from 'node:crypto';
import { removeExpiredKeys } from '../../src/inventory/idempotency';
import { makeEvent } from '../factories/events';
import { makePerson } from '../factories/people';
import { TestApi } from '../support/http/test-api';

const HOUR_MS = 3_600_000;

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.close());

describe('cleaning up keys', () => {
  it('removes only expired ones, batch by batch', async () => {
    const { id: userId } = await makePerson(api.container);
    const { database } = api.container;
    const { IdempotencyKey } = database.models;
    const keysOf = (count: number, hours: number): object[] =>
      Array.from({ length: count }, () => ({
        user_id: userId,
        route: 'POST /api/tickets/book',
        event_id: 1,
        idempotency_key: randomUUID(),
        fingerprint: 'f'.repeat(64),
        status: 201,
        body: '{}',
        createdAt: new Date(Date.now() - hours * HOUR_MS),
      }));
    await IdempotencyKey.bulkCreate([...keysOf(600, 24.1), ...keysOf(3, 23.9)] as never[]);

    const left: number[] = [];
    for (let mayBeMore = true; mayBeMore;) {
      mayBeMore = await removeExpiredKeys(database);
      left.push(await IdempotencyKey.count({ where: { user_id: userId } }));
    }

    expect(left.length).toBeGreaterThan(1);
    expect(left.at(-1)).toBe(3);
  });
});

describe('a key', () => {
  it("expires by the database's clock, however far ahead the server's is", async () => {
    const { id: eventId, organizer } = await makeEvent(api);
    const { id } = organizer;
    const book = (): Promise<unknown> =>
      api.container.inventory.execute(eventId, {
        command: { kind: 'book', bookedBy: id, userId: id, additionalUsers: [], quantity: 1 },
        actorId: id,
        requestId: null,
        idempotencyKey: {
          userId: id,
          route: 'POST /api/tickets/book',
          key: 'the same',
          fingerprint: 'f'.repeat(64),
        },
      });

    expect(await book()).toMatchObject({ outcome: 'booked' });
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * HOUR_MS);
    const again = await book();
    clock.mockRestore();

    expect(again).toMatchObject({ outcome: 'replayed' });
  });
});
