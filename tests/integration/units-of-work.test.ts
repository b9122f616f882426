import { WriteConflictError } from '../../src/database/fault-kind';
import { findRows } from '../../src/database/find-rows';
import { lockEvents } from '../../src/database/locks';
import type { Tx } from '../../src/database/unit-of-work';
import { RowChanges } from '../../src/inventory/row-changes';
import { eventFactsOf, ticketOf } from '../../src/models/facts';
import { writeEvents, writeRows } from '../../src/inventory/inventory-writer';
import type { EventRow } from '../../src/models/event.model';
import { makeEvent, makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { TestApi } from '../support/http/test-api';

describe('a unit of work', () => {
  let api: TestApi;
  let event: MadeEvent;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  beforeEach(async () => {
    event = await makeEvent(api);
  });
  afterAll(() => api.close());

  const rename = async (tx: Tx): Promise<void> => {
    const { Event } = api.container.database.models;
    await Event.update(
      { event_name: `${event.name}, renamed` },
      { where: { id: event.id }, transaction: tx },
    );
  };
  const rowOf = async (eventId: number, tx: Tx | null = null): Promise<EventRow> => {
    const { Event } = api.container.database.models;
    const [row] = await findRows(Event, { where: { id: eventId }, transaction: tx });
    return row!;
  };

  it('that always conflicts is tried three times, then refused, and leaves nothing', async () => {
    let tries = 0;
    const unit = api.container.unitOfWork.run(async (tx) => {
      tries += 1;
      await rename(tx);
      throw new WriteConflictError(0, 1);
    });

    await expect(unit).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 });
    expect(tries).toBe(3);
    expect((await rowOf(event.id)).event_name).toBe(event.name);
  });

  it('that conflicts once is run again as a whole', async () => {
    let tries = 0;
    const result = await api.container.unitOfWork.run(async (tx) => {
      tries += 1;
      expect((await rowOf(event.id, tx)).event_name).toBe(event.name);
      await rename(tx);
      if (tries === 1) throw new WriteConflictError(0, 1);
      return tries;
    });

    expect(result).toBe(2);
    expect((await rowOf(event.id)).event_name).not.toBe(event.name);
  });

  it('that fails for another reason is not retried, and leaves nothing', async () => {
    let tries = 0;
    const unit = api.container.unitOfWork.run(async (tx) => {
      tries += 1;
      await rename(tx);
      throw new Error('A programming error');
    });

    await expect(unit).rejects.toThrow('A programming error');
    expect(tries).toBe(1);
    expect((await rowOf(event.id)).event_name).toBe(event.name);
  });

  it('does not begin after its deadline', async () => {
    let hasBegun = false;
    const unit = api.container.unitOfWork.run(
      () => {
        hasBegun = true;
        return Promise.resolve();
      },
      { deadline: performance.now() - 1 },
    );

    await expect(unit).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(hasBegun).toBe(false);
  });

  describe('overwrites only what it has locked:', () => {
    /** Runs `write` after `change` has been made in spite of the lock. */
    const writeOver = (
      eventId: number,
      change: (tx: Tx) => Promise<unknown>,
      write: (tx: Tx, before: EventRow, now: Date) => Promise<unknown>,
    ): Promise<void> =>
      api.container.unitOfWork.run(async (tx) => {
        const { rows, now } = await lockEvents(api.container.database, tx, [eventId]);
        await change(tx);
        await write(tx, rows[0]!, now);
      });

    it('an event of another version is not changed', async () => {
      const { database } = api.container;
      const unit = writeOver(
        event.id,
        (transaction) =>
          database.models.Event.update({ version: 7 }, { where: { id: event.id }, transaction }),
        (tx, before) =>
          writeEvents(database, tx, [{ before, after: { ...eventFactsOf(before), version: 1 } }]),
      );

      await expect(unit).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect((await rowOf(event.id)).version).toBe(0);
    });

    it('an already cancelled ticket is not given back again', async () => {
      const { database } = api.container;
      const { id } = await makeSoldOutEvent(api, { total: 1 });
      const { Booking } = database.models;
      const [booking] = await findRows(Booking, { where: { event_id: id } });
      const changes = new RowChanges();
      changes.add({ type: 'ticket-cancelled', ticket: ticketOf(booking!) });
      const unit = writeOver(
        id,
        (transaction) =>
          Booking.update({ status: 'cancelled' }, { where: { id: booking!.id }, transaction }),
        (tx, before, now) => writeRows(database, tx, now, [{ before, changes }]),
      );

      await expect(unit).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(await Booking.count({ where: { event_id: id, status: 'booked' } })).toBe(1);
    });
  });

  it('that only reads sees one snapshot, whatever others change meanwhile', async () => {
    const seen = await api.container.unitOfWork.readConsistently(async (tx) => {
      const before = await rowOf(event.id, tx);
      const { status } = await api.post('/api/tickets/book', event.organizer.token, {
        event_id: event.id,
      });
      expect(status).toBe(201);
      return [before.version, (await rowOf(event.id, tx)).version];
    });

    expect(seen).toEqual([0, 0]);
    expect((await rowOf(event.id)).version).toBe(1);
  });
});
