import { Op, QueryTypes, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows, withDates } from '../database/find-rows';
import { shareLockUsers } from '../database/locks';
import type { Tx } from '../database/unit-of-work';
import type { Command } from '../domain/commands';
import { EventInventory } from '../domain/event-inventory';
import type { EventFacts, WaitlistEntry } from '../domain/inventory-state';
import type { BookingRow } from '../models/booking.model';
import { rightsIn, type EventStaffRow } from '../models/event-staff.model';
import { ticketOf, waitlistEntryOf } from '../models/facts';
import type { WaitlistEntryRow } from '../models/waitlist-entry.model';
import { headSize, requirementsOf, type Requirements } from './requirements';

/** A locked event and the commands on it. */
export interface LoadRequest {
  readonly event: EventFacts;
  /**
   * Only tickets with lower numbers are given back; by default all. Spares walking over index entries
   * that the same transaction has changed.
   */
  readonly ticketsBelow?: number;
  readonly commands: readonly Command[];
}

/** One event and what its commands need to be loaded. */
interface EventRequirements {
  readonly event: EventFacts;
  readonly ticketsBelow: number;
  readonly requirements: Requirements;
}

/**
 * Loads the parts of locked events that the commands can read or change: at most seven queries for
 * any number of commands and events, and one for each event whose queue may move up. Share-locks
 * the accounts that the commands name, by id.
 *
 * @returns an inventory for each request
 */
export async function loadInventories(
  database: Database,
  tx: Tx,
  now: Date,
  loadRequests: readonly LoadRequest[],
): Promise<EventInventory[]> {
  const all = loadRequests.map(({ event, ticketsBelow, commands }): EventRequirements => ({
    event,
    ticketsBelow: ticketsBelow ?? event.nextTicketNo,
    requirements: requirementsOf(event, commands),
  }));
  const accounts = await accountsOf(database, tx, all);
  const staff = await loadStaff(database, tx, all);
  const tickets = await loadTickets(database, tx, all);
  const takenNames = await loadTakenNames(database, tx, all);
  const counts = await countActiveTickets(database, tx, all);
  const entries = await loadEntries(database, tx, all);
  const inventories: EventInventory[] = [];
  for (const { event, requirements } of all) {
    const ownTickets = (tickets.get(event.id) ?? []).map(ticketOf);
    inventories.push(
      new EventInventory({
        event,
        now,
        missingUsers: [...requirements.accounts].filter((userId) => !accounts.has(userId)),
        takenNames,
        staff: new Map(staff.get(event.id)?.map((row) => [row.user_id, rightsIn(row)])),
        activeTicketCounts: new Map(
          counts.get(event.id)?.map(({ user_id, count }) => [Number(user_id), count]),
        ),
        tickets: ownTickets,
        entries: (entries.get(event.id) ?? []).map(waitlistEntryOf),
        head: await loadHead(database, tx, event, headSize(ownTickets, requirements)),
      }),
    );
  }
  return inventories;
}

async function accountsOf(
  database: Database,
  tx: Tx,
  all: readonly EventRequirements[],
): Promise<ReadonlySet<number>> {
  const accounts = new Set(all.flatMap(({ requirements }) => [...requirements.accounts]));
  return accounts.size === 0 ? accounts : shareLockUsers(database, tx, accounts);
}

async function loadStaff(
  { models }: Database,
  tx: Tx,
  all: readonly EventRequirements[],
): Promise<Map<number, EventStaffRow[]>> {
  const wanted = all.flatMap(({ event, requirements: { staff } }) =>
    staff.size > 0 ? [{ event_id: event.id, user_id: [...staff] }] : [],
  );
  if (wanted.length === 0) return new Map();
  const where = { [Op.or]: wanted } as WhereOptions<EventStaffRow>;
  return byEvent(await findRows(models.EventStaff, { where, transaction: tx }));
}

/** Tickets named by id, and of each holder those given out last, as many as are needed. */
async function loadTickets(
  { models, sequelize, isSqlite }: Database,
  tx: Tx,
  all: readonly EventRequirements[],
): Promise<Map<number, BookingRow[]>> {
  const held = all.flatMap(({ event, ticketsBelow, requirements: { holders } }) =>
    [...holders].map(([userId, limit]) => ({ eventId: event.id, userId, limit, ticketsBelow })),
  );
  const named = all.flatMap(({ event, requirements: { bookingIds } }) =>
    bookingIds.size > 0 ? [{ id: [...bookingIds], event_id: event.id }] : [],
  );
  const rows: BookingRow[] = [];
  if (held.length > 0) {
    const columns = Object.keys(models.Booking.getAttributes()).join(', ');
    // Each part follows this index and ends by itself, however many tickets the person holds. MariaDB
    // would take the index of ticket numbers for it, and walk over those of everyone else.
    const index = isSqlite ? '' : 'FORCE INDEX (ix_bookings_holder) ';
    const parts = held.map(
      ({ eventId, userId, limit, ticketsBelow }) =>
        `SELECT * FROM (SELECT ${columns} FROM bookings ${index}WHERE event_id = ${String(eventId)} ` +
        `AND user_id = ${String(userId)} AND status = 'booked' ` +
        `AND ticket_no < ${String(ticketsBelow)} ` +
        `ORDER BY ticket_no DESC LIMIT ${String(limit)}) AS held`,
    );
    const found = await sequelize.query<BookingRow>(parts.join(' UNION ALL '), {
      type: QueryTypes.SELECT,
      transaction: tx,
    });
    for (const row of found) rows.push(withDates(row));
  }
  if (named.length > 0) {
    const where = { [Op.or]: named } as WhereOptions<BookingRow>;
    rows.push(...(await findRows(models.Booking, { where, transaction: tx })));
  }
  return byEvent(rows);
}

async function loadTakenNames(
  { models }: Database,
  tx: Tx,
  all: readonly EventRequirements[],
): Promise<string[]> {
  const names = all.flatMap(({ requirements }) => [...requirements.names]);
  if (names.length === 0) return [];
  const rows = await findRows(models.Event, {
    attributes: ['event_name'],
    where: { event_name: names },
    transaction: tx,
  });
  return rows.map((row) => row.event_name);
}

interface ActiveCount {
  readonly event_id: number;
  readonly user_id: number | string;
  readonly count: number;
}

async function countActiveTickets(
  { models }: Database,
  tx: Tx,
  all: readonly EventRequirements[],
): Promise<Map<number, ActiveCount[]>> {
  const wanted = all.flatMap(({ event, requirements: { capped } }) =>
    event.maxTicketsPerUser !== null && capped.size > 0
      ? [{ event_id: event.id, user_id: [...capped], status: 'booked' }]
      : [],
  );
  if (wanted.length === 0) return new Map();
  const counts = await models.Booking.count({
    where: { [Op.or]: wanted },
    group: ['event_id', 'user_id'],
    transaction: tx,
  });
  return byEvent(counts as unknown as ActiveCount[]);
}

async function loadEntries(
  { models }: Database,
  tx: Tx,
  all: readonly EventRequirements[],
): Promise<Map<number, WaitlistEntryRow[]>> {
  const wanted = all.flatMap(({ event, requirements: { waiting, entryIds } }) =>
    event.waitlistCount === 0
      ? []
      : [
          ...(waiting.size > 0 ? [{ event_id: event.id, user_id: [...waiting] }] : []),
          ...(entryIds.size > 0 ? [{ event_id: event.id, id: [...entryIds] }] : []),
        ],
  );
  if (wanted.length === 0) return new Map();
  const where = { [Op.or]: wanted } as WhereOptions<WaitlistEntryRow>;
  return byEvent(await findRows(models.WaitlistEntry, { where, transaction: tx }));
}

function byEvent<Row extends { readonly event_id: number }>(
  rows: readonly Row[],
): Map<number, Row[]> {
  const sorted = new Map<number, Row[]>();
  for (const row of rows) {
    const others = sorted.get(row.event_id);
    if (others) others.push(row);
    else sorted.set(row.event_id, [row]);
  }
  return sorted;
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
  return rows.map(waitlistEntryOf);
}
