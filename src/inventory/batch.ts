import type { Database } from '../database/database';
import { lockEvents, lockFreeEvents } from '../database/locks';
import type { Tx } from '../database/unit-of-work';
import type { EventInventory } from '../domain/event-inventory';
import { refusal } from '../domain/outcomes';
import type { EventRow } from '../models/event.model';
import { eventFactsOf } from '../models/facts';
import { answerBatch } from './answer-batch';
import { auditOf, writeAudit, type AuditRecord } from './audit';
import { ChangeSummary } from './change-summary';
import type { BatchResult, CommandRequest, FinishCommand } from './command-request';
import { decideBatch, type Decided, type DecidedBatch, type Verdict } from './decide-batch';
import { loadKeys, saveKeys, type EventScope, type StoredKey } from './idempotency';
import { loadInventories, type LoadRequest } from './inventory-loader';
import {
  writeEvents,
  writeRows,
  type EventRowChanges,
  type EventRowUpdate,
} from './inventory-writer';
import { readChangedPositions } from './changed-positions';
import { readNewIds } from './new-ids';
import { writeQueueBlocks, type QueueChange } from './queue-blocks';
import { RowChanges } from './row-changes';
import { runInPieces } from './run-in-pieces';

/** Commands of one event that run together. */
export interface EventBatch {
  readonly eventId: number;
  readonly requests: readonly CommandRequest[];
  /** Whether it has its transaction, and the time of an exclusive command, to itself. */
  readonly isExclusive: boolean;
}

/** The same commands, after the event is locked. */
interface LockedBatch {
  readonly row: EventRow;
  readonly requests: readonly CommandRequest[];
}

/** What became of batches that locked their events themselves. */
export interface BatchResults {
  /** One for each batch; null if another transaction holds the event's lock. */
  readonly batches: readonly (BatchResult | null)[];
  readonly lockWaitMs: number;
}

/**
 * Runs commands in one transaction: locks their events, loads what they need, decides them one
 * after another and writes their changes in bulk, the event rows last. The caller commits.
 *
 * Locks the event rows by id, then share-locks the accounts that the commands name, by id. Waits
 * for the lock of a single event; of several events, skips those that are already locked.
 *
 * @throws WriteConflictError if a row is no longer as it was read under the lock; roll back then
 */
export async function runBatches(
  database: Database,
  tx: Tx,
  batches: readonly EventBatch[],
  finish: FinishCommand,
): Promise<BatchResults> {
  const askedAt = performance.now();
  const isSingle = batches.length === 1;
  const eventIds = batches.map(({ eventId }) => eventId);
  const locked = await (isSingle ? lockEvents : lockFreeEvents)(database, tx, eventIds);
  const lockWaitMs = performance.now() - askedAt;

  const requests = new Map(batches.map((batch) => [batch.eventId, batch.requests]));
  const found = locked.rows.map((row) => ({ row, requests: requests.get(row.id) ?? [] }));
  const [single] = found;
  const ran =
    isSingle && batches[0]!.isExclusive && single
      ? [await runExclusive(database, tx, locked.now, single.row, single.requests[0]!, finish)]
      : await runLocked(database, tx, locked.now, found, finish);
  const results = new Map(found.map(({ row }, index) => [row.id, ran[index]!]));
  return {
    batches: batches.map(
      (batch) => results.get(batch.eventId) ?? (isSingle ? resultWithoutEvent(batch) : null),
    ),
    lockWaitMs,
  };
}

/** Runs one command of an event that the transaction has locked: in pieces, if it is large. */
export async function runExclusive(
  database: Database,
  tx: Tx,
  now: Date,
  row: EventRow,
  request: CommandRequest,
  finish: FinishCommand,
): Promise<BatchResult> {
  const [result] = await runLocked(database, tx, now, [{ row, requests: [request] }], finish);
  if (result!.results.length > 0) return result!;
  const keys = await loadKeys(database, tx, scopesOf([{ row, requests: [request] }]));
  const storedKeys = keys.get(row.id) ?? new Map<string, StoredKey>();
  return runInPieces(database, tx, now, { row, request, storedKeys }, finish);
}

/**
 * Runs commands of events that the transaction has locked already. Those from a large one on are left
 * without a result.
 */
export async function runLocked(
  database: Database,
  tx: Tx,
  now: Date,
  batches: readonly LockedBatch[],
  finish: FinishCommand,
): Promise<BatchResult[]> {
  const keys = await loadKeys(database, tx, scopesOf(batches));
  const inventories = await loadInventories(database, tx, now, batches.map(loadRequestOf));
  const decided = batches.map((batch, index) => decideLocked(batch, inventories[index]!, keys));
  const changed = decided.filter(({ effective }) => effective.length > 0);
  const rowChanges = changed.map(rowChangesOf);
  const singleTicket = await writeRows(database, tx, now, rowChanges);
  await writeQueueBlocks(database, tx, rowChanges.map(queueChangeOf));
  const ids = await readNewIds(database, tx, changed, singleTicket);
  const positions = await readChangedPositions(database, tx, decided, ids);
  const answered = decided.map((batch) =>
    answerBatch(batch, { ids: ids.get(batch.row.id), positions }, finish),
  );
  await saveKeys(
    database,
    tx,
    answered.flatMap(({ newKeys }) => newKeys),
    now,
  );
  await writeAudit(database, tx, changed.flatMap(auditRecordsOf), now);
  await writeEvents(database, tx, changed.map(eventUpdateOf));
  return decided.map((batch, index) => ({
    results: answered[index]!.results,
    promotedTickets: countPromoted(batch),
  }));
}

function scopesOf(batches: readonly LockedBatch[]): EventScope[] {
  return batches.flatMap(({ row, requests }) =>
    requests.flatMap(({ idempotencyKey }) =>
      idempotencyKey ? [{ eventId: row.id, scope: idempotencyKey }] : [],
    ),
  );
}

function loadRequestOf({ row, requests }: LockedBatch): LoadRequest {
  return { event: eventFactsOf(row), commands: requests.map(({ command }) => command) };
}

function decideLocked(
  { row, requests }: LockedBatch,
  inventory: EventInventory,
  allKeys: ReadonlyMap<number, ReadonlyMap<string, StoredKey>>,
): DecidedBatch {
  const keys = allKeys.get(row.id) ?? new Map<string, StoredKey>();
  const verdicts = decideBatch(inventory, keys, requests);
  const effective = verdicts.filter(isEffective);
  return { row, keys, verdicts, effective, after: inventory.event };
}

function isEffective(verdict: Verdict): verdict is Decided {
  return (
    verdict.kind === 'decided' &&
    verdict.decision.changes.length > 0 &&
    verdict.request.isDryRun !== true
  );
}

function rowChangesOf({ row, effective }: DecidedBatch): EventRowChanges {
  const changes = new RowChanges();
  for (const { decision } of effective) {
    for (const change of decision.changes) changes.add(change);
  }
  return { before: row, changes };
}

function queueChangeOf({ before, changes }: EventRowChanges): QueueChange {
  return { before, blocks: changes.blocks, isEmptied: changes.eventIsCancelled };
}

function auditRecordsOf({ effective }: DecidedBatch): AuditRecord[] {
  return effective.map(({ request, before, decision: { changes, promotions, after } }) => {
    const summary = new ChangeSummary();
    summary.add(changes, promotions);
    return auditOf(request, before, after, summary);
  });
}

function eventUpdateOf({ row, after }: DecidedBatch): EventRowUpdate {
  return { before: row, after };
}

function countPromoted({ effective }: DecidedBatch): number {
  return effective
    .flatMap(({ decision: { promotions } }) => promotions)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

function resultWithoutEvent({ eventId, requests }: EventBatch): BatchResult {
  const missing = refusal('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
  return { results: requests.map(() => missing), promotedTickets: 0 };
}
