import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Tx } from '../database/unit-of-work';
import type { EventRow } from '../models/event.model';

/** Ids of new rows by event, and within it by what names the row there. */
type IdsByEvent = ReadonlyMap<number, ReadonlyMap<number, number>>;

/**
 * Ids of tickets just written, by event and ticket number. They are read back because a bulk insert
 * tells one id at the most, and the next ones need not follow it (`auto_increment_increment`).
 */
export async function readBookingIds(
  { models }: Database,
  tx: Tx,
  events: readonly EventRow[],
): Promise<IdsByEvent> {
  if (events.length === 0) return new Map();
  const rows = await findRows(models.Booking, {
    attributes: ['id', 'event_id', 'ticket_no'],
    where: {
      [Op.or]: events.map((event) => ({
        event_id: event.id,
        ticket_no: { [Op.gte]: event.next_ticket_no },
      })),
    },
    transaction: tx,
  });
  return idsByEvent(rows, ({ ticket_no }) => ticket_no);
}

/** People who have just come to wait for an event. */
export interface NewWaiters {
  readonly eventId: number;
  readonly userIds: readonly number[];
}

/** Ids of waitlist entries just written, by event and person. */
export async function readEntryIds(
  { models }: Database,
  tx: Tx,
  waiters: readonly NewWaiters[],
): Promise<IdsByEvent> {
  if (waiters.length === 0) return new Map();
  const rows = await findRows(models.WaitlistEntry, {
    attributes: ['id', 'event_id', 'user_id'],
    where: {
      [Op.or]: waiters.map(({ eventId, userIds }) => ({ event_id: eventId, user_id: userIds })),
    },
    transaction: tx,
  });
  return idsByEvent(rows, ({ user_id }) => user_id);
}

function idsByEvent<Row extends { readonly id: number; readonly event_id: number }>(
  rows: readonly Row[],
  nameOf: (row: Row) => number,
): IdsByEvent {
  const ids = new Map<number, Map<number, number>>();
  for (const row of rows) {
    const ofEvent = ids.get(row.event_id) ?? new Map<number, number>();
    ids.set(row.event_id, ofEvent.set(nameOf(row), row.id));
  }
  return ids;
}
