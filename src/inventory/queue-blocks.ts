/**
 * Sums over blocks of a queue, written by the transaction that changes the queue: a position is then
 * the sum of some hundred small rows and a part of one block, however many people wait.
 *
 * See docs/adr/0012-positions-from-blocks.md.
 */
import { literal, QueryTypes } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockEvents } from '../database/locks';
import type { Tx, UnitOfWork } from '../database/unit-of-work';
import type { WaitlistEntry } from '../domain/inventory-state';
import type { EventRow } from '../models/event.model';

/** Queue numbers in one block. */
export const BLOCK_SIZE = 128;

/** How much the sums of one block change. */
export interface BlockChange {
  readonly priority: number;
  readonly block: number;
  entries: number;
  tickets: number;
}

/** How the sums of one queue change. */
export class BlockChanges {
  readonly #changes = new Map<string, BlockChange>();

  add(entry: WaitlistEntry): void {
    this.#count(entry, 1);
  }

  remove(entry: WaitlistEntry): void {
    this.#count(entry, -1);
  }

  /** Blocks whose sums are not what they were. */
  get effective(): BlockChange[] {
    return [...this.#changes.values()].filter(({ entries, tickets }) => entries || tickets);
  }

  /** Adds what another part of the same transaction has changed. */
  merge(other: BlockChanges): void {
    for (const { priority, block, entries, tickets } of other.#changes.values()) {
      this.#change(priority, block, entries, tickets);
    }
  }

  #count({ priority, queueNo, quantity }: WaitlistEntry, sign: 1 | -1): void {
    this.#change(priority, blockOf(queueNo), sign, sign * quantity);
  }

  #change(priority: number, block: number, entries: number, tickets: number): void {
    const key = `${String(priority)} ${String(block)}`;
    const change = this.#changes.get(key) ?? { priority, block, entries: 0, tickets: 0 };
    change.entries += entries;
    change.tickets += tickets;
    this.#changes.set(key, change);
  }
}

export function blockOf(queueNo: number): number {
  return Math.floor(queueNo / BLOCK_SIZE);
}

/** A locked event's row as it was, and how its queue has changed since. */
export interface QueueChange {
  readonly before: EventRow;
  readonly blocks: BlockChanges;
  readonly isEmptied: boolean;
}

/**
 * Writes the sums of changed queues. Call it under the events' locks, after the entries are written,
 * and let the event row say that its sums are as of its new version.
 *
 * The sums of a queue that another build has changed, which does not keep them, are made again from
 * its entries.
 */
export async function writeQueueBlocks(
  database: Database,
  tx: Tx,
  changes: readonly QueueChange[],
): Promise<void> {
  const current = changes.filter(({ before }) => areBlocksCurrent(before));
  const outdated = changes.filter(({ before }) => !areBlocksCurrent(before));
  await addToBlocks(database, tx, current);
  for (const { before } of outdated) await rebuildQueueBlocks(database, tx, before.id);
  for (const { before, isEmptied } of current) {
    if (isEmptied) await removeBlocks(database, tx, before.id);
  }
}

/** Whether an event's sums are as of its version. */
export function areBlocksCurrent({
  version,
  queue_counted_version,
}: Pick<EventRow, 'version' | 'queue_counted_version'>): boolean {
  return queue_counted_version === version;
}

/** Makes the sums of one queue from its entries. Call it under the event's lock. */
export async function rebuildQueueBlocks(
  database: Database,
  tx: Tx,
  eventId: number,
): Promise<void> {
  await removeBlocks(database, tx, eventId);
  await database.sequelize.query(
    'INSERT INTO waitlist_blocks (event_id, priority, block, entries, tickets) ' +
      `SELECT event_id, priority, ${blockSql(database, 'queue_no')}, COUNT(*), SUM(quantity) ` +
      'FROM waitlists WHERE event_id = :eventId ' +
      `GROUP BY event_id, priority, ${blockSql(database, 'queue_no')}`,
    { type: QueryTypes.RAW, replacements: { eventId }, transaction: tx },
  );
}

/** A queue number's block, in SQL. */
function blockSql({ isSqlite }: Database, column: string): string {
  return `${column} ${isSqlite ? '/' : 'DIV'} ${String(BLOCK_SIZE)}`;
}

/** What the sums of one queue say. */
export interface BlockSums {
  readonly entries: number;
  /** Blocks whose sums differ from their entries. */
  readonly wrong: number;
}

/** Compares sums with entries, block by block. Events without any sums are left out. */
export async function compareBlocks(
  { sequelize }: Database,
  tx: Tx,
  eventIds: readonly number[],
): Promise<ReadonlyMap<number, BlockSums>> {
  if (eventIds.length === 0) return new Map();
  const size = String(BLOCK_SIZE);
  const inBlock =
    'FROM waitlists AS entry WHERE entry.event_id = sums.event_id ' +
    'AND entry.priority = sums.priority ' +
    `AND entry.queue_no >= sums.block * ${size} AND entry.queue_no < (sums.block + 1) * ${size}`;
  const rows = await sequelize.query<Record<'event_id' | 'entries' | 'wrong', number | string>>(
    'SELECT sums.event_id, SUM(sums.entries) AS entries, SUM(CASE ' +
      `WHEN sums.entries = (SELECT COUNT(*) ${inBlock}) ` +
      `AND sums.tickets = (SELECT COALESCE(SUM(entry.quantity), 0) ${inBlock}) ` +
      'THEN 0 ELSE 1 END) AS wrong ' +
      'FROM waitlist_blocks AS sums WHERE sums.event_id IN (:eventIds) GROUP BY sums.event_id',
    { type: QueryTypes.SELECT, replacements: { eventIds }, transaction: tx },
  );
  return new Map(
    rows.map(({ event_id, entries, wrong }) => [
      Number(event_id),
      { entries: Number(entries), wrong: Number(wrong) },
    ]),
  );
}

async function addToBlocks(
  { sequelize, isSqlite }: Database,
  tx: Tx,
  changes: readonly QueueChange[],
): Promise<void> {
  const tuples = changes.flatMap(({ before, blocks, isEmptied }) =>
    isEmptied
      ? []
      : blocks.effective.map(({ priority, block, entries, tickets }) =>
          [before.id, priority, block, entries, tickets].join(', '),
        ),
  );
  if (tuples.length === 0) return;
  const onKnown = isSqlite
    ? 'ON CONFLICT (event_id, priority, block) DO UPDATE SET ' +
      'entries = entries + excluded.entries, tickets = tickets + excluded.tickets'
    : 'ON DUPLICATE KEY UPDATE ' +
      'entries = entries + VALUES(entries), tickets = tickets + VALUES(tickets)';
  await sequelize.query(
    'INSERT INTO waitlist_blocks (event_id, priority, block, entries, tickets) ' +
      `VALUES (${tuples.join('), (')}) ${onKnown}`,
    { type: QueryTypes.RAW, transaction: tx },
  );
}

async function removeBlocks({ models }: Database, tx: Tx, eventId: number): Promise<void> {
  await models.WaitlistBlock.destroy({ where: { event_id: eventId }, transaction: tx });
}

/** Removes the sums of blocks in which nobody waits any more. */
export async function removeEmptyBlocks({ models }: Database): Promise<void> {
  await models.WaitlistBlock.destroy({ where: { entries: 0 } });
}

/**
 * Makes the sums of one queue again that another build has changed, so that positions in it are read
 * quickly even if nothing changes the queue any more. Locks that event.
 *
 * @returns whether there was such a queue
 */
export async function rebuildOutdatedQueue(
  database: Database,
  unitOfWork: UnitOfWork,
): Promise<boolean> {
  const [found] = await findRows(database.models.Event, {
    attributes: ['id'],
    where: literal(
      'waitlist_count > 0 AND (queue_counted_version IS NULL OR queue_counted_version <> version)',
    ),
    limit: 1,
  });
  if (!found) return false;
  await unitOfWork.run(async (tx) => {
    const { rows } = await lockEvents(database, tx, [found.id]);
    for (const { id, version } of rows) {
      await rebuildQueueBlocks(database, tx, id);
      await database.models.Event.update(
        { queue_counted_version: version },
        { where: { id }, transaction: tx },
      );
    }
  });
  return true;
}
