import { randomUUID } from 'node:crypto';
import { removeExpiredKeys } from '../../src/inventory/idempotency';
import { makePerson } from '../factories/people';
import { TestApi } from '../support/test-api';

const HOUR_MS = 3_600_000;

describe('cleaning up keys', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  it('removes those that are over, batch by batch, and no other', async () => {
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
