import { makeEvent, type MadeEvent } from '../factories/events';
import { makePeople, type Person } from '../factories/people';
import { checkHistory } from '../support/history/check-history';
import { History, type RecordedCall } from '../support/history/history';
import { TestApi } from '../support/http/test-api';

/** The checker that other tests rely on must itself find each kind of fault. */
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
  /** Changes the record of a call. */
  const tamper = (index: number, change: Partial<RecordedCall>): void => {
    history.calls[index] = { ...history.calls[index]!, ...change };
  };

  it('accepts an untouched history', async () => {
    expect(await check()).toMatchObject({ effects: 5, promotions: 1 });
  });

  it('notices a missing ticket', async () => {
    await sql(`DELETE FROM bookings WHERE event_id = ${String(event.id)} AND ticket_no = 2`);
    await expect(check()).rejects.toThrow('the bookings differs from the replay');
  });

  it('notices a ticket with another holder', async () => {
    await sql(
      `UPDATE bookings SET user_id = ${String(people[3]!.id)}
       WHERE event_id = ${String(event.id)} AND ticket_no = 3`,
    );
    await expect(check()).rejects.toThrow('the bookings differs from the replay');
  });

  it('notices another queue order', async () => {
    await sql(`UPDATE waitlists SET queue_no = 9 WHERE event_id = ${String(event.id)}`);
    await expect(check()).rejects.toThrow('the waitlist differs from the replay');
  });

  it('notices wrong counters', async () => {
    await sql(`UPDATE events SET waitlist_tickets = 5 WHERE id = ${String(event.id)}`);
    await expect(check()).rejects.toThrow('the event row differs from the replay');
  });

  it('notices a missing version', async () => {
    await sql(`DELETE FROM audit_log WHERE event_id = ${String(event.id)} AND version = 3`);
    await expect(check()).rejects.toThrow('After version 2 comes 4');
  });

  it('notices a change without a request', async () => {
    history.calls.splice(2, 1);
    await expect(check()).rejects.toThrow('No call asked for version 3');
  });

  it('notices a lost acknowledged change', async () => {
    const booked = history.calls[0]!;
    history.calls.push({ ...booked, requestId: 'another', ask: { ...booked.ask, key: undefined } });
    await expect(check()).rejects.toThrow('An acknowledged book is not in the log: it was lost');
  });

  it('notices a change whose caller was told that nothing happened', async () => {
    const body = { code: 'SERVICE_UNAVAILABLE' };
    tamper(1, { answer: { status: 503, body, isReplayed: false } });
    await expect(check()).rejects.toThrow('was made by a call that was told 503');
  });

  it('notices two effects of one key', async () => {
    tamper(1, { ask: history.calls[0]!.ask });
    await expect(check()).rejects.toThrow('A request with a key had more than one effect');
  });

  it('notices changes out of real-time order', async () => {
    tamper(0, { startedAt: history.calls[3]!.endedAt + 1, endedAt: Infinity });
    await expect(check()).rejects.toThrow('Version 2 had ended before an earlier one began');
  });

  it('notices an answer with another outcome', async () => {
    const { answer } = history.calls[3]!;
    const data = { ...(answer!.body.data as object), outcome: 'booked' };
    tamper(3, { answer: { ...answer!, body: { ...(answer!.body as object), data } } });
    await expect(check()).rejects.toThrow();
  });

  it('notices a refusal that was never right', async () => {
    await history.join(people[3]!, event.id);
    tamper(5, {
      answer: { status: 409, body: { code: 'TICKETS_AVAILABLE' }, isReplayed: false },
    });
    await expect(check()).rejects.toThrow(
      'was refused with TICKETS_AVAILABLE, which was never right',
    );
  });
});
