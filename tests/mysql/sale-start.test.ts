import { randomUUID } from 'node:crypto';
import { makeEvent } from '../factories/events';
import { makePeople, makePerson } from '../factories/people';
import { checkHistory } from '../support/history/check-history';
import { History } from '../support/history/history';
import { refusal } from '../support/http/refusal';
import { TestApi } from '../support/http/test-api';
import { Outsider } from '../support/servers/outsider';

const HOUR_MS = 3_600_000;
const fromNow = (ms: number): Date => new Date(Date.now() + ms);

describe('the start of a sale', () => {
  let first: TestApi;
  let second: TestApi;
  let outsider: Outsider;
  beforeAll(async () => {
    first = await TestApi.start();
    second = await TestApi.start();
    outsider = await Outsider.enter(first.container.config.database);
  });
  afterAll(async () => {
    await outsider.leave();
    await first.close();
    await second.close();
  });

  it('is waited for without a lock, with a key and without', async () => {
    const event = await makeEvent(first, { more: { sale_starts_at: fromNow(HOUR_MS) } });
    const { token } = await makePerson(first.container);
    await outsider.lockEvents([event.id]);

    const headerSets: Record<string, string>[] = [{}, { 'Idempotency-Key': randomUUID() }];
    for (const headers of headerSets) {
      expect(
        await first.post('/api/tickets/book', token, { event_id: event.id }, headers),
      ).toMatchObject(refusal('SALE_NOT_STARTED'));
    }
    await outsider.session.rollback();
  });

  it('counts at once on every server, earlier or later', async () => {
    const people = await makePeople(first.container, 30);
    const organizer = people[0]!;
    const event = await makeEvent(first, { organizer, total: 1_000 });
    const history = new History([first.url, second.url]);

    for (let turn = 0; turn < 6; turn += 1) {
      const isOpening = turn % 2 === 1;
      await Promise.all([
        history.moveStart(organizer, event.id, isOpening ? null : fromNow(HOUR_MS)),
        ...people.map((person, index) =>
          history.book(person, event.id, index % 2 === 0 ? { key: randomUUID() } : {}),
        ),
      ]);
    }
    await history.repeatKeyed();

    const { refusals } = await checkHistory(first.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
    expect(refusals).toBeGreaterThan(0);
    expect(history.tally()['201 booked']).toBeGreaterThan(0);
  });
});
