import { randomUUID } from 'node:crypto';
import { makeSoldOutEvent } from '../factories/events';
import { makePerson } from '../factories/people';
import { TestApi } from '../support/http/test-api';

describe('a command that fails at its very last statement', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  /** Makes the database refuse any change of an event's row, which is written last. */
  const refuseChangesOf = async (eventId: number): Promise<void> => {
    const { sequelize, isSqlite } = api.container.database;
    await sequelize.query(
      isSqlite
        ? `CREATE TRIGGER last_word BEFORE UPDATE ON events WHEN NEW.id = ${String(eventId)}
           BEGIN SELECT RAISE(ABORT, 'refused'); END`
        : `CREATE TRIGGER last_word BEFORE UPDATE ON events FOR EACH ROW
           BEGIN IF NEW.id = ${String(eventId)} THEN
             SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF; END`,
    );
  };
  const acceptChanges = async (): Promise<void> => {
    await api.container.database.sequelize.query('DROP TRIGGER last_word');
  };

  it('leaves no ticket, no queue entry, no key and no audit row; its key is free', async () => {
    const event = await makeSoldOutEvent(api, { total: 2 });
    const waiting = await makePerson(api.container);
    await api.post('/api/waitinglists/join-waitlist', waiting.token, { event_id: event.id });
    const headers = { 'Idempotency-Key': randomUUID() };
    const cancel = (): ReturnType<TestApi['post']> =>
      api.post(
        '/api/tickets/cancel',
        event.organizer.token,
        { event_id: event.id, quantity: 1 },
        headers,
      );
    const { Event, Booking, WaitlistEntry, IdempotencyKey, AuditEntry } =
      api.container.database.models;
    const rows = async (): Promise<unknown[]> => {
      const where = { event_id: event.id };
      const order: [string, string][] = [['id', 'ASC']];
      return [
        await Event.findAll({ where: { id: event.id }, raw: true }),
        await Booking.findAll({ where, order, raw: true }),
        await WaitlistEntry.findAll({ where, order, raw: true }),
        await IdempotencyKey.findAll({ where, order, raw: true }),
        await AuditEntry.findAll({ where, order, raw: true }),
      ];
    };
    const before = await rows();

    await refuseChangesOf(event.id);
    try {
      expect((await cancel()).body.code).toBe('INTERNAL_ERROR');
    } finally {
      await acceptChanges();
    }

    expect(await rows()).toEqual(before);
    const again = await cancel();
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, undefined]);
    expect(again.body.data).toMatchObject({ reassigned: 1, version: 3 });
  });
});
