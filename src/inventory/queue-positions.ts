import { QueryTypes, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Tx } from '../database/unit-of-work';
import type { WaitlistEntry } from '../domain/inventory-state';
import type { EventRow } from '../models/event.model';
import { waitlistEntryOf } from '../models/facts';
import type { WaitlistBlockRow } from '../models/waitlist-block.model';
import type { WaitlistEntryRow } from '../models/waitlist-entry.model';
import { areBlocksCurrent, BLOCK_SIZE, blockOf } from './queue-blocks';

/** An entry and where it is in its event's queue. */
export interface EntryWithPosition {
  readonly eventId: number;
  readonly entry: WaitlistEntry;
  /** Counts from 1. */
  readonly position: number;
}

export interface PositionedEntry extends EntryWithPosition {
  /** Tickets that the entries ahead still want. */
  readonly ticketsAhead: number;
}

/** People and tickets ahead of a place in the queue. */
interface Ahead {
  readonly entries: number;
  readonly tickets: number;
}

/** Of an event: whether the sums of its queue are up to date. */
export type QueueState = Pick<EventRow, 'id' | 'version' | 'queue_counted_version'>;

/** Ranges that are summed up in one query; SQLite allows five times as many. */
const RANGES_IN_QUERY = 100;

/** Sums are text on MySQL, and null where there is nothing. */
interface SumRow {
  readonly entries: number | string;
  readonly tickets: number | string | null;
}

/**
 * Reads entries with their positions: the sums of the blocks ahead, and those ahead of an entry within
 * its own block. Of an event whose sums are out of date, everyone ahead is counted.
 *
 * @param tx one view of the database: rows, sums and `events` must be of the same moment
 * @param events the events of all these entries
 */
export async function readPositions(
  database: Database,
  tx: Tx,
  where: WhereOptions<WaitlistEntryRow>,
  events: readonly QueueState[],
): Promise<PositionedEntry[]> {
  const isCurrent = new Map(events.map((event) => [event.id, areBlocksCurrent(event)]));
  const rows = await findRows(database.models.WaitlistEntry, { where, transaction: tx });
  const blocks = await loadBlocks(
    database,
    tx,
    new Set(rows.map((row) => row.event_id).filter((eventId) => isCurrent.get(eventId))),
  );
  const blocksAhead = rows.map((row) => blocks.get(row.event_id)?.aheadOf(waitlistEntryOf(row)));
  const ownBlocks = await sumOwnBlocks(
    database,
    tx,
    rows.filter((_, index) => blocksAhead[index]),
  );
  const positioned: PositionedEntry[] = [];
  for (const [index, row] of rows.entries()) {
    const before = blocksAhead[index];
    const own = ownBlocks.get(row.id);
    const ahead =
      before && own
        ? { entries: before.entries + own.entries, tickets: before.tickets + own.tickets }
        : await countAhead(database, tx, row);
    positioned.push({
      eventId: row.event_id,
      entry: waitlistEntryOf(row),
      position: ahead.entries + 1,
      ticketsAhead: ahead.tickets,
    });
  }
  return positioned;
}

/**
 * What is ahead of each row in its own block, by the row's id. Each range is written out: MySQL reads
 * the range of a subquery that depends on its outer row from the head of the queue.
 */
async function sumOwnBlocks(
  { sequelize }: Database,
  tx: Tx,
  rows: readonly WaitlistEntryRow[],
): Promise<ReadonlyMap<number, Ahead>> {
  const ahead = new Map<number, Ahead>();
  for (let from = 0; from < rows.length; from += RANGES_IN_QUERY) {
    const ranges = rows
      .slice(from, from + RANGES_IN_QUERY)
      .map(
        ({ id, event_id, priority, queue_no }) =>
          `SELECT ${String(id)} AS id, COUNT(*) AS entries, SUM(quantity) AS tickets ` +
          `FROM waitlists WHERE event_id = ${String(event_id)} ` +
          `AND priority = ${String(priority)} ` +
          `AND queue_no >= ${String(blockOf(queue_no) * BLOCK_SIZE)} ` +
          `AND queue_no < ${String(queue_no)}`,
      );
    const sums = await sequelize.query<SumRow & { readonly id: number | string }>(
      ranges.join(' UNION ALL '),
      { type: QueryTypes.SELECT, transaction: tx },
    );
    for (const sum of sums) ahead.set(Number(sum.id), aheadIn(sum));
  }
  return ahead;
}

/** The sums of one queue's blocks, for any place in it. */
class BlocksAhead {
  /** What is ahead of each block, by priority and block. */
  readonly #ahead = new Map<string, Ahead>();

  /** @param blocks in queue order */
  constructor(blocks: readonly WaitlistBlockRow[]) {
    let entries = 0;
    let tickets = 0;
    for (const row of blocks) {
      this.#ahead.set(keyOf(row.priority, row.block), { entries, tickets });
      entries += row.entries;
      tickets += row.tickets;
    }
  }

  /** Undefined if there are no sums of the entry's block, so that they must be wrong. */
  aheadOf({ priority, queueNo }: WaitlistEntry): Ahead | undefined {
    return this.#ahead.get(keyOf(priority, blockOf(queueNo)));
  }
}

function keyOf(priority: number, block: number): string {
  return `${String(priority)} ${String(block)}`;
}

async function loadBlocks(
  { models }: Database,
  tx: Tx,
  eventIds: ReadonlySet<number>,
): Promise<ReadonlyMap<number, BlocksAhead>> {
  if (eventIds.size === 0) return new Map();
  const rows = await findRows(models.WaitlistBlock, {
    where: { event_id: [...eventIds] },
    transaction: tx,
  });
  rows.sort((a, b) => b.priority - a.priority || a.block - b.block);
  const byEvent = new Map<number, WaitlistBlockRow[]>();
  for (const row of rows) {
    const others = byEvent.get(row.event_id);
    if (others) others.push(row);
    else byEvent.set(row.event_id, [row]);
  }
  return new Map([...byEvent].map(([eventId, blocks]) => [eventId, new BlocksAhead(blocks)]));
}

/** Everyone ahead, counted one by one. */
async function countAhead(
  { sequelize }: Database,
  tx: Tx,
  { event_id, priority, queue_no }: WaitlistEntryRow,
): Promise<Ahead> {
  const [row] = await sequelize.query<SumRow>(
    'SELECT COUNT(*) AS entries, SUM(quantity) AS tickets FROM waitlists WHERE event_id = :event_id ' +
      'AND (priority > :priority OR (priority = :priority AND queue_no < :queue_no))',
    {
      type: QueryTypes.SELECT,
      replacements: { event_id, priority, queue_no },
      transaction: tx,
    },
  );
  return aheadIn(row!);
}

function aheadIn({ entries, tickets }: SumRow): Ahead {
  return { entries: Number(entries), tickets: Number(tickets ?? 0) };
}
