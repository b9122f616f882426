import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { shareLockUsers, type LockedEvent } from '../database/locks';
import type { Tx } from '../database/unit-of-work';
import type { Command } from '../domain/commands';
import { EventInventory } from '../domain/event-inventory';
import type { EventFacts, Ticket, WaitlistEntry } from '../domain/inventory-state';
import type { BookingRow } from '../models/booking.model';
import type { EventRow } from '../models/event.model';
import type { WaitlistEntryRow } from '../models/waitlist-entry.model';
import { headSize, needsOf, type Needs } from './needs';

/**
 * Loads the part of a locked event that the commands can see or touch: at most seven queries,
 * however many commands there are. Share-locks the accounts they name, in the order of their ids.
 */
export async function loadInventory(
  database: Database,
  tx: Tx,
  locked: LockedEvent,
  commands: readonly Command[],
): Promise<EventInventory> {
  const event = factsOf(locked.row);
  const needs = needsOf(event, commands);
  const accounts = await accountsOf(database, tx, needs);
  const tickets = await loadTickets(database, tx, event.id, needs);
  return new EventInventory({
    event,
    now: locked.now,
    missingUsers: [...needs.accounts].filter((userId) => !accounts.has(userId)),
    takenNames: await loadTakenNames(database, tx, needs),
    activeTicketCounts: await countActiveTickets(database, tx, event, needs),
    tickets,
    entries: await loadEntries(database, tx, event, needs),
    head: await loadHead(database, tx, event, headSize(tickets.length, needs)),
  });
}

export function factsOf(row: EventRow): EventFacts {
  return {
    id: row.id,
    name: row.event_name,
    status: row.status,
    organizerId: row.organizer_id,
    totalTickets: row.total_tickets,
    availableTickets: row.available_tickets,
    maxTicketsPerUser: row.max_tickets_per_user,
    version: row.version,
    nextTicketNo: row.next_ticket_no,
    nextQueueNo: row.next_queue_no,
    waitlistCount: row.waitlist_count,
    waitlistTickets: row.waitlist_tickets,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function ticketOf(row: BookingRow): Ticket {
  return {
    bookingId: row.id,
    ticketNo: row.ticket_no,
    holderId: row.user_id,
    bookedBy: row.booked_by,
    status: row.status,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function entryOf(row: WaitlistEntryRow): WaitlistEntry {
  return {
    entryId: row.id,
    userId: row.user_id,
    requestedBy: row.requested_by,
    quantity: row.quantity,
    priority: row.priority,
    queueNo: row.queue_no,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

async function accountsOf(database: Database, tx: Tx, { accounts }: Needs): Promise<Set<number>> {
  return accounts.size === 0 ? accounts : shareLockUsers(database, tx, accounts);
}

async function loadTickets(
  { models }: Database,
  tx: Tx,
  eventId: number,
  { holders, bookingIds }: Needs,
): Promise<Ticket[]> {
  const held =
    holders.size === 0
      ? []
      : await findRows(models.Booking, {
          where: { event_id: eventId, user_id: [...holders], status: 'booked' },
          transaction: tx,
        });
  const named =
    bookingIds.size === 0
      ? []
      : await findRows(models.Booking, {
          where: { id: [...bookingIds], event_id: eventId },
          transaction: tx,
        });
  return [...held, ...named].map(ticketOf);
}

async function loadTakenNames({ models }: Database, tx: Tx, { names }: Needs): Promise<string[]> {
  if (names.size === 0) return [];
  const rows = await findRows(models.Event, {
    attributes: ['event_name'],
    where: { event_name: [...names] },
    transaction: tx,
  });
  return rows.map((row) => row.event_name);
}

async function countActiveTickets(
  { models }: Database,
  tx: Tx,
  event: EventFacts,
  { capped }: Needs,
): Promise<Map<number, number>> {
  if (event.maxTicketsPerUser === null || capped.size === 0) return new Map();
  const counts = await models.Booking.count({
    where: { event_id: event.id, user_id: [...capped], status: 'booked' },
    group: ['user_id'],
    transaction: tx,
  });
  return new Map(counts.map((row) => [Number(row.user_id), row.count]));
}

async function loadEntries(
  { models }: Database,
  tx: Tx,
  event: EventFacts,
  { waiting, entryIds }: Needs,
): Promise<WaitlistEntry[]> {
  if (event.waitlistCount === 0 || waiting.size + entryIds.size === 0) return [];
  const rows = await findRows(models.WaitlistEntry, {
    where: {
      event_id: event.id,
      [Op.or]: [
        ...(waiting.size > 0 ? [{ user_id: [...waiting] }] : []),
        ...(entryIds.size > 0 ? [{ id: [...entryIds] }] : []),
      ],
    },
    transaction: tx,
  });
  return rows.map(entryOf);
}

async function loadHead(
  { models }: Database,
  tx: Tx,
  event: EventFacts,
  size: number,
): Promise<WaitlistEntry[]> {
  if (size === 0 || event.waitlistCount === 0) return [];
  const rows = await findRows(models.WaitlistEntry, {
    where: { event_id: event.id },
    order: [
      ['priority', 'DESC'],
      ['queue_no', 'ASC'],
    ],
    limit: size,
    transaction: tx,
  });
  return rows.map(entryOf);
}
