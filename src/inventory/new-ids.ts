import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Tx } from '../database/unit-of-work';
import type { EventRow } from '../models/event.model';

/**
 * Ids of tickets just written, by event and ticket number. They are read back because a bulk insert
 * tells one id at the most, and the next ones need not follow it (`auto_increment_increment`).
 */
export async function readBookingIds(
  { models }: Database,
  tx: Tx,
  events: readonly EventRow[],
): Promise<Map<number, Map<number, number>>> {
  const ids = new Map<number, Map<number, number>>();
  if (events.length === 0) return ids;
  for (const { id } of events) ids.set(id, new Map());
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
  for (const { id, event_id, ticket_no } of rows) ids.get(event_id)?.set(ticket_no, id);
  return ids;
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
): Promise<Map<number, Map<number, number>>> {
  const ids = new Map<number, Map<number, number>>();
  if (waiters.length === 0) return ids;
  for (const { eventId } of waiters) ids.set(eventId, new Map());
  const rows = await findRows(models.WaitlistEntry, {
    attributes: ['id', 'event_id', 'user_id'],
    where: {
      [Op.or]: waiters.map(({ eventId, userIds }) => ({ event_id: eventId, user_id: userIds })),
    },
    transaction: tx,
  });
  for (const { id, event_id, user_id } of rows) ids.get(event_id)?.set(user_id, id);
  return ids;
}
