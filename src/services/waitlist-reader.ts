import { Op, QueryTypes, type Order, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Tx } from '../database/unit-of-work';
import { readPositions, type EntryWithPosition } from '../inventory/queue-positions';
import type { EventRow } from '../models/event.model';
import type { WaitlistEntryRow } from '../models/waitlist-entry.model';
import { mayUseEntry, type Actor, type Right } from '../domain/rights';
import { rightsIn } from '../models/event-staff.model';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';

export interface ListedEntry extends EntryWithPosition {
  /** Left out if the reader may not see it. */
  readonly email?: string;
}

export interface WaitlistFilter extends PageRequest {
  readonly eventId?: number | undefined;
  readonly userId?: number | undefined;
}

/** One page of the queues, with positions, and e-mails where the reader may see them. */
export async function listEntries(
  database: Database,
  tx: Tx,
  actor: Actor,
  filter: WaitlistFilter,
): Promise<Page<ListedEntry>> {
  const rows = await findPage(database, tx, filter);
  const page = pageOf(rows, filter, (row) => [row.event_id, row.priority, row.queue_no]);
  if (page.rows.length === 0) return { ...page, rows: [] };
  const events = await findRows(database.models.Event, {
    attributes: ['id', 'organizer_id', 'version', 'queue_counted_version'],
    where: { id: [...new Set(page.rows.map((row) => row.event_id))] },
    transaction: tx,
  });
  const positioned = await readPositions(
    database,
    tx,
    { id: page.rows.map(({ id }) => id) },
    events,
  );
  const entries = new Map(positioned.map((one) => [one.entry.entryId, one]));
  const emails = await visibleEmails(database, tx, actor, page.rows, events);
  return {
    ...page,
    rows: page.rows.map(({ id }) => {
      const { eventId, entry, position } = entries.get(id)!;
      const email = emails.get(id);
      return { eventId, entry, position, ...(email === undefined ? {} : { email }) };
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

/** E-mails by entry id. */
async function visibleEmails(
  { models }: Database,
  tx: Tx,
  actor: Actor,
  rows: readonly WaitlistEntryRow[],
  events: readonly Pick<EventRow, 'id' | 'organizer_id'>[],
): Promise<Map<number, string>> {
  const grants = await findRows(models.EventStaff, {
    where: { user_id: actor.id, event_id: events.map(({ id }) => id) },
    transaction: tx,
  });
  const rights = new Map(grants.map((row) => [row.event_id, rightsIn(row)]));
  const staffed = new Map(
    events.map(({ id, organizer_id: organizerId }) => [
      id,
      { organizerId, staff: new Map([[actor.id, rights.get(id) ?? new Set<Right>()]]) },
    ]),
  );
  const visible = rows.filter((row) => mayUseEntry(actor, row.user_id, staffed.get(row.event_id)!));
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
