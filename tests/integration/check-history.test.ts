import { makeEvent, type MadeEvent } from '../factories/events';
import { makePeople, type Person } from '../factories/people';
import { checkHistory } from '../support/history/check-history';
import { History, type RecordedCall } from '../support/history/history';
import { TestApi } from '../support/http/test-api';

/** What judges all others must itself be seen to judge. */
describe('the checker of histories', () => {
  let api: TestApi;
  let people: Person[];
  let event: MadeEvent;
  let history: History;
  beforeAll(async () => {
    api = await TestApi.start();
    people = await makePeople(api.container, 4);
  });
  afterAll(() => api.close());
  /** Two tickets; the third and fourth person wait; then one is given back, and the third moves up. */
  beforeEach(async () => {
    event = await makeEvent(api, { total: 2, organizer: people[0]! });
    history = new History([api.url]);
    for (const [index, person] of people.entries()) {
      await history.book(person, event.id, { key: `checked-${String(index)}` });
    }
    await history.cancelHeld(people[0]!, event.id);
  });

  const check = (): Promise<unknown> =>
    checkHistory(api.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
  const sql = (text: string): Promise<unknown> => api.container.database.sequelize.query(text);
  /** Lets a call look otherwise than it was. */
  const tamper = (index: number, change: Partial<RecordedCall>): void => {
    history.calls[index] = { ...history.calls[index]!, ...change };
  };

  it('accepts what has happened', async () => {
    expect(await check()).toMatchObject({ effects: 5, promotions: 1 });
  });

  it('misses a ticket that is gone', async () => {
    await sql(`DELETE FROM bookings WHERE event_id = ${String(event.id)} AND ticket_no = 2`);
    await expect(check()).rejects.toThrow('the bookings differs from the replay');
  });

  it('sees a ticket that somebody else has', async () => {
    await sql(
      `UPDATE bookings SET user_id = ${String(people[3]!.id)}
       WHERE event_id = ${String(event.id)} AND ticket_no = 3`,
    );
    await expect(check()).rejects.toThrow('the bookings differs from the replay');
  });

  it('sees a queue in another order', async () => {
    await sql(`UPDATE waitlists SET queue_no = 9 WHERE event_id = ${String(event.id)}`);
    await expect(check()).rejects.toThrow('the waitlist differs from the replay');
  });

  it('sees counters that are off', async () => {
    await sql(`UPDATE events SET waitlist_tickets = 5 WHERE id = ${String(event.id)}`);
    await expect(check()).rejects.toThrow('the event row differs from the replay');
  });

  it('sees a version that is missing', async () => {
    await sql(`DELETE FROM audit_log WHERE event_id = ${String(event.id)} AND version = 3`);
    await expect(check()).rejects.toThrow('After version 2 comes 4');
  });

  it('sees a change that nobody asked for', async () => {
    history.calls.splice(2, 1);
    await expect(check()).rejects.toThrow('Nobody asked for version 3');
  });

  it('sees an acknowledged change that was lost', async () => {
    const booked = history.calls[0]!;
    history.calls.push({ ...booked, requestId: 'another', ask: { ...booked.ask, key: undefined } });
    await expect(check()).rejects.toThrow('An acknowledged book is not in the log: it was lost');
  });

  it('sees a change whose caller was told that nothing has happened', async () => {
    const body = { code: 'SERVICE_UNAVAILABLE' };
    tamper(1, { answer: { status: 503, body, isReplayed: false } });
    await expect(check()).rejects.toThrow('was made by a call that was told 503');
  });

  it('sees two effects of one key', async () => {
    tamper(1, { ask: history.calls[0]!.ask });
    await expect(check()).rejects.toThrow('A request with a key had more than one effect');
  });

  it('sees changes that stand in another order than time allows', async () => {
    tamper(0, { startedAt: history.calls[3]!.endedAt + 1, endedAt: Infinity });
    await expect(check()).rejects.toThrow('Version 2 had ended before an earlier one began');
  });

  it('sees a caller who was told another outcome', async () => {
    const { answer } = history.calls[3]!;
    const data = { ...(answer!.body.data as object), outcome: 'booked' };
    tamper(3, { answer: { ...answer!, body: { ...(answer!.body as object), data } } });
    await expect(check()).rejects.toThrow();
  });

  it('sees a refusal that was right at no moment', async () => {
    await history.join(people[3]!, event.id);
    tamper(5, {
      answer: { status: 409, body: { code: 'TICKETS_AVAILABLE' }, isReplayed: false },
    });
    await expect(check()).rejects.toThrow(
      'was refused with TICKETS_AVAILABLE, which was never right',
    );
  });
});
