import { Op, QueryTypes, type Order, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Tx } from '../database/unit-of-work';
import type { WaitlistEntry } from '../domain/inventory-state';
import { entryOf } from '../inventory/inventory-loader';
import type { WaitlistEntryRow } from '../models/waitlist-entry.model';
import { mayUseEntry } from '../domain/rights';
import type { Actor } from '../domain/rights';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';

/** An entry and its position in its event's queue. */
export interface PositionedEntry {
  readonly eventId: number;
  readonly entry: WaitlistEntry;
  /** Counts from 1. */
  readonly position: number;
}

export interface ListedEntry extends PositionedEntry {
  /** Only if the caller may see it. */
  readonly email?: string;
}

export interface WaitlistFilter extends PageRequest {
  readonly eventId?: number | undefined;
  readonly userId?: number | undefined;
}

type QueuePosition = Pick<WaitlistEntry, 'priority' | 'queueNo'>;

/** Counts the entries that are served before this position. */
export function countAhead(
  { models }: Database,
  tx: Tx | null,
  eventId: number,
  position: QueuePosition,
): Promise<number> {
  return models.WaitlistEntry.count({
    where: isAhead(eventId, position),
    transaction: tx,
  });
}

/** Sums the tickets that those entries wait for. */
export async function sumTicketsAhead(
  { models }: Database,
  tx: Tx,
  eventId: number,
  position: QueuePosition,
): Promise<number> {
  const sum = (await models.WaitlistEntry.sum('quantity', {
    where: isAhead(eventId, position),
    transaction: tx,
  })) as number | null;
  // The sum of no rows is null, although Sequelize's type says otherwise.
  return sum ?? 0;
}

function isAhead(
  eventId: number,
  { priority, queueNo }: QueuePosition,
): WhereOptions<WaitlistEntryRow> {
  return {
    event_id: eventId,
    [Op.or]: [{ priority: { [Op.gt]: priority } }, { priority, queue_no: { [Op.lt]: queueNo } }],
  };
}

/** One page of the queues, with positions, and with e-mails that the caller may see. */
export async function listEntries(
  database: Database,
  tx: Tx,
  actor: Actor,
  filter: WaitlistFilter,
): Promise<Page<ListedEntry>> {
  const rows = await findPage(database, tx, filter);
  const page = pageOf(rows, filter, (row) => [row.event_id, row.priority, row.queue_no]);
  const positions = await positionsOf(database, tx, page.rows);
  const emails = await visibleEmails(database, tx, actor, page.rows);
  return {
    ...page,
    rows: page.rows.map((row, index) => {
      const email = emails.get(row.id);
      return {
        eventId: row.event_id,
        entry: entryOf(row),
        position: positions[index]!,
        ...(email === undefined ? {} : { email }),
      };
    }),
  };
}

/** The rows of one page and, if there is one, the next row. Each range is read in index order. */
async function findPage(
  { models }: Database,
  tx: Tx,
  filter: WaitlistFilter,
): Promise<WaitlistEntryRow[]> {
  const isOnePerson = filter.userId !== undefined;
  const wanted = {
    ...(filter.eventId === undefined ? {} : { event_id: filter.eventId }),
    ...(isOnePerson ? { user_id: filter.userId } : {}),
  };
  const rows: WaitlistEntryRow[] = [];
  for (const range of rangesBehind(filter)) {
    const limit = filter.limit + 1 - rows.length;
    if (limit === 0) break;
    const found = await findRows(models.WaitlistEntry, {
      where: range ? { [Op.and]: [wanted, range] } : wanted,
      order: [
        ['event_id', 'ASC'],
        // One person has one entry per event, so the event id alone orders them.
        ...(isOnePerson ? [] : [['priority', 'DESC'] as const, ['queue_no', 'ASC'] as const]),
      ] as Order,
      limit,
      transaction: tx,
    });
    rows.push(...found);
  }
  return rows;
}

/**
 * The ranges after the cursor: the rest of its priority, the rest of its event, the later events.
 * One query with OR would sort all of them for each page.
 */
function rangesBehind(filter: WaitlistFilter): readonly (WhereOptions<WaitlistEntryRow> | null)[] {
  const cursor = readCursor(filter, 3);
  if (!cursor) return [null];
  const [eventId, priority, queueNo] = cursor as [number, number, number];
  const nextEvents = { event_id: { [Op.gt]: eventId } };
  if (filter.userId !== undefined) return [nextEvents];
  return [
    { event_id: eventId, priority, queue_no: { [Op.gt]: queueNo } },
    { event_id: eventId, priority: { [Op.lt]: priority } },
    ...(filter.eventId === undefined ? [nextEvents] : []),
  ];
}

/**
 * Counts only for the first row of each event: the following rows of an event are the next in its
 * queue, and a list for one person has one row per event.
 */
async function positionsOf(
  database: Database,
  tx: Tx,
  rows: readonly WaitlistEntryRow[],
): Promise<number[]> {
  const positions: number[] = [];
  for (const [index, row] of rows.entries()) {
    const isNextInQueue = rows[index - 1]?.event_id === row.event_id;
    positions.push(
      isNextInQueue
        ? positions[index - 1]! + 1
        : 1 + (await countAhead(database, tx, row.event_id, entryOf(row))),
    );
  }
  return positions;
}

/** E-mails by entry id. */
async function visibleEmails(
  { models }: Database,
  tx: Tx,
  actor: Actor,
  rows: readonly WaitlistEntryRow[],
): Promise<Map<number, string>> {
  if (rows.length === 0) return new Map();
  const events = await findRows(models.Event, {
    attributes: ['id', 'organizer_id'],
    where: { id: [...new Set(rows.map((row) => row.event_id))] },
    transaction: tx,
  });
  const organizers = new Map(events.map((event) => [event.id, event.organizer_id]));
  const visible = rows.filter((row) =>
    mayUseEntry(actor, row.user_id, { organizerId: organizers.get(row.event_id) ?? null }),
  );
  if (visible.length === 0) return new Map();
  const users = await findRows(models.User, {
    attributes: ['id', 'email'],
    where: { id: [...new Set(visible.map((row) => row.user_id))] },
    transaction: tx,
  });
  const emailOf = new Map(users.map(({ id, email }) => [id, email]));
  return new Map(
    visible.flatMap((row) => {
      const email = emailOf.get(row.user_id);
      return email === null || email === undefined ? [] : [[row.id, email] as const];
    }),
  );
}

/**
 * People and tickets on all waitlists, from the events' counters: reads one row per event, not one
 * per person.
 *
 * @throws Error if the database does not respond
 */
export async function waitlistTotals({
  sequelize,
}: Database): Promise<{ people: number; tickets: number }> {
  const [row] = await sequelize.query<{ people: unknown; tickets: unknown }>(
    'SELECT SUM(waitlist_count) AS people, SUM(waitlist_tickets) AS tickets FROM events',
    { type: QueryTypes.SELECT },
  );
  // The sum of no rows is null, and some servers return sums as text.
  return { people: Number(row?.people ?? 0), tickets: Number(row?.tickets ?? 0) };
}
