import { randomUUID } from 'node:crypto';
import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { until } from '../support/setup/until';

describe('what is committed', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    // The connections that were given up are still being ended.
    const { database } = api.container;
    if (!database.isSqlite) await until(() => database.poolUse().inUse === 0);
    await api.close();
  });

  const bookedRows = (eventId: number, { id }: Person): Promise<number> =>
    api.container.database.models.Booking.count({ where: { event_id: eventId, user_id: id } });

  /** The next COMMIT is done, and its answer lost. */
  const loseNextCommit = (): void => {
    const queries = api.container.database.sequelize.getQueryInterface();
    const commit = queries.commitTransaction.bind(queries);
    jest.spyOn(queries, 'commitTransaction').mockImplementationOnce(async (...given) => {
      await commit(...given);
      throw Object.assign(new Error('The answer was lost'), { code: 'PROTOCOL_CONNECTION_LOST' });
    });
  };

  it('runs once and is told as done, though a metric fails afterwards', async () => {
    const people = await makePeople(api.container, 2);
    const event = await makeEvent(api);
    const failure = new Error('No such metric');
    jest.spyOn(api.container.metrics.batchSize, 'observe').mockImplementationOnce(() => {
      throw failure;
    });
    const logged = jest.spyOn(api.container.logger, 'error').mockReturnThis();

    const answers = await Promise.all(
      people.map(({ token }) => api.post('/api/tickets/book', token, { event_id: event.id })),
    );

    expect(answers.map(({ status, body }) => [status, body.data.outcome])).toEqual([
      [201, 'booked'],
      [201, 'booked'],
    ]);
    for (const person of people) expect(await bookedRows(event.id, person)).toBe(1);
    expect(logged.mock.calls).toEqual([['A metric could not be recorded', { error: failure }]]);
  });

  it('is told as unknown where the answer to COMMIT is lost, naming the key of a request that has one', async () => {
    const person = await makePerson(api.container);
    const event = await makeEvent(api);
    const book = (headers: Record<string, string>): Promise<ApiAnswer> =>
      api.post('/api/tickets/book', person.token, { event_id: event.id }, headers);
    const key = { 'Idempotency-Key': randomUUID() };

    loseNextCommit();
    const withKey = await book(key);
    loseNextCommit();
    const withoutKey = await book({});
    const again = await book(key);

    for (const { status, body } of [withKey, withoutKey]) {
      expect([status, body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
    }
    expect(withKey.body.message).toContain('Idempotency-Key');
    expect(withoutKey.body.message).not.toContain('Idempotency-Key');
    expect(withoutKey.body.message).toContain('Check whether it was saved');
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
    expect(await bookedRows(event.id, person)).toBe(2);
  });

  it('is told as unknown without a word of keys on a route that takes none', async () => {
    const person = await makePerson(api.container);
    const event = await makeSoldOutEvent(api, { total: 1 });
    const wish = { event_id: event.id, quantity: 2 };
    await api.post('/api/waitinglists/join-waitlist', person.token, wish);

    loseNextCommit();
    const path = `/api/waitinglists/${String(event.id)}`;
    const headers = { 'Idempotency-Key': randomUUID() };
    const answer = await api.patch(path, person.token, { quantity: 1 }, { headers });

    expect([answer.status, answer.body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
    expect(answer.body.message).not.toContain('Idempotency-Key');
  });

  it('is never in doubt where nothing was changed: the read is done again', async () => {
    const { token } = await makePerson(api.container);
    const event = await makeSoldOutEvent(api, { total: 1 });

    loseNextCommit();
    const answer = await api.get(`/api/events/${String(event.id)}/me`, token);

    expect([answer.status, answer.body.data.event_id]).toEqual([200, event.id]);
  });
});
