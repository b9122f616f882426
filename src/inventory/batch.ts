import type { Database } from '../database/database';
import { lockEvents, lockFreeEvents } from '../database/locks';
import type { Tx } from '../database/unit-of-work';
import type { Decision } from '../domain/decision';
import type { EventFacts, Ticket, WaitlistEntry } from '../domain/inventory-state';
import { refuse, type Acceptance, type Outcome } from '../domain/outcomes';
import type { EventRow } from '../models/event.model';
import { auditOf, writeAudit } from './audit';
import { RowChanges } from './row-changes';
import type { CommandRequest, CommandResult } from './command-request';
import { decideBatch, type Verdict } from './decide-batch';
import {
  loadKeys,
  Replay,
  saveKeys,
  scopeId,
  type NewKey,
  type StoredAnswer,
  type StoredKey,
} from './idempotency';
import { loadInventories } from './inventory-loader';
import { writeEvents, writeRows, type EventRowChanges } from './inventory-writer';
import { readBookingIds, readEntryIds } from './new-ids';

/** Commands of one event that run together. */
export interface EventBatch {
  readonly eventId: number;
  readonly requests: readonly CommandRequest[];
}

/** The same, once the event is locked. */
interface LockedBatch {
  readonly row: EventRow;
  readonly requests: readonly CommandRequest[];
}

/** What became of one event's commands. */
export interface BatchResult {
  /** One for each command from the first on; the commands without one must run again. */
  readonly results: readonly CommandResult[];
  readonly promotedTickets: number;
}

/** What became of groups that locked their events themselves. */
export interface BatchResults {
  /** One for each group; null where the event was locked by others. */
  readonly groups: readonly (BatchResult | null)[];
  readonly lockWaitMs: number;
}

/** Ids that the database gave to what one event's commands created. */
interface NewIds {
  /** By ticket number. */
  readonly bookings: ReadonlyMap<number, number>;
  /** By person. */
  readonly entries: ReadonlyMap<number, number>;
}

/** One event's commands once they are decided. */
interface DecidedBatch extends LockedBatch {
  readonly keys: ReadonlyMap<string, StoredKey>;
  readonly verdicts: readonly Verdict[];
  readonly effective: readonly Effective[];
  readonly after: EventFacts;
}

/**
 * Runs commands in one transaction: locks their events, loads what they need, decides them one after
 * another, writes their changes in bulk, the event rows last. The caller commits.
 *
 * Locks the event rows by id, then share-locks the accounts that the commands name, by id. One event
 * is waited for; of several, those that others hold are left out.
 *
 * @throws WriteConflictError when a row is not as it was under the lock; then nothing may stay
 */
export async function runBatches(
  database: Database,
  tx: Tx,
  groups: readonly EventBatch[],
): Promise<BatchResults> {
  const askedAt = performance.now();
  const isOne = groups.length === 1;
  const lock = isOne ? lockEvents : lockFreeEvents;
  const locked = await lock(
    database,
    tx,
    groups.map(({ eventId }) => eventId),
  );
  const lockWaitMs = performance.now() - askedAt;
  const requests = new Map(groups.map((group) => [group.eventId, group.requests]));
  const found = locked.rows.map((row) => ({ row, requests: requests.get(row.id) ?? [] }));
  const ran = await runLocked(database, tx, locked.now, found);
  const results = new Map(found.map(({ row }, index) => [row.id, ran[index]!]));
  return {
    groups: groups.map(
      (group) => results.get(group.eventId) ?? (isOne ? resultWithoutEvent(group) : null),
    ),
    lockWaitMs,
  };
}

/** The same, for events that the transaction has locked already. */
export async function runLocked(
  database: Database,
  tx: Tx,
  now: Date,
  groups: readonly LockedBatch[],
): Promise<BatchResult[]> {
  const decided = await decideAll(database, tx, now, groups);
  const changed = decided.filter(({ effective }) => effective.length > 0);
  const ids = await writeChanges(database, tx, now, changed);

  const newKeys: NewKey[] = [];
  const results = decided.map(({ row, verdicts, effective, keys }): BatchResult => {
    const answers = new Map<CommandRequest, StoredAnswer>();
    const results = verdicts.map((one) => resultOf(one, ids.get(row.id), answers));
    for (const [{ once }, answer] of answers) {
      if (!once) throw new Error('Only requests with a key have a stored answer');
      newKeys.push({ eventId: row.id, once, answer, replaces: keys.get(scopeId(once)) });
    }
    return {
      results,
      promotedTickets: countPromoted(effective.map(({ decision }) => decision)),
    };
  });
  await saveKeys(database, tx, newKeys, now);
  const records = changed.flatMap(({ effective }) =>
    effective.map(({ request, before, decision }) => auditOf(request, before, decision)),
  );
  await writeAudit(database, tx, records, now);
  await writeEvents(
    database,
    tx,
    changed.map(({ row, after }) => ({ before: row, after })),
  );
  return results;
}

async function decideAll(
  database: Database,
  tx: Tx,
  now: Date,
  groups: readonly LockedBatch[],
): Promise<DecidedBatch[]> {
  const scopes = groups.flatMap(({ row, requests }) =>
    requests.flatMap(({ once }) => (once ? [{ eventId: row.id, scope: once }] : [])),
  );
  const keys = await loadKeys(database, tx, scopes);
  const loadRequests = groups.map(({ row, requests }) => ({
    row,
    commands: requests.map(({ command }) => command),
  }));
  const inventories = await loadInventories(database, tx, now, loadRequests);
  return groups.map(({ row, requests }, index) => {
    const inventory = inventories[index]!;
    const ownKeys = keys.get(row.id) ?? new Map<string, StoredKey>();
    const verdicts = decideBatch(inventory, ownKeys, requests);
    const effective = verdicts.flatMap((one) => (isEffective(one) ? [one] : []));
    return { row, requests, keys: ownKeys, verdicts, effective, after: inventory.event };
  });
}

function resultWithoutEvent({ eventId, requests }: EventBatch): BatchResult {
  const missing = refuse('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
  return { results: requests.map(() => missing), promotedTickets: 0 };
}

type Effective = Extract<Verdict, { kind: 'decided' }>;

function isEffective(verdicts: Verdict): verdicts is Effective {
  return (
    verdicts.kind === 'decided' &&
    verdicts.decision.changes.length > 0 &&
    verdicts.request.isDryRun !== true
  );
}

/** @returns the ids that each event's new rows have got */
async function writeChanges(
  database: Database,
  tx: Tx,
  now: Date,
  groups: readonly DecidedBatch[],
): Promise<Map<number, NewIds>> {
  const all = groups.map(({ row, effective }): EventRowChanges => {
    const changes = new RowChanges();
    for (const { decision } of effective) {
      for (const change of decision.changes) changes.add(change);
    }
    return { before: row, changes };
  });
  const single = await writeRows(database, tx, now, all);
  const bookings =
    single === null
      ? await readBookingIds(
          database,
          tx,
          groups.flatMap(({ row, effective }) => (effective.some(namesNewTickets) ? [row] : [])),
        )
      : new Map([[single.eventId, new Map([[single.ticketNo, single.id]])]]);
  const waiters = groups.flatMap(({ row, effective }) => {
    const userIds = effective.flatMap(newEntryOf);
    return userIds.length > 0 ? [{ eventId: row.id, userIds }] : [];
  });
  const entries = await readEntryIds(database, tx, waiters);
  return new Map(
    groups.map(({ row: { id } }) => [
      id,
      { bookings: bookings.get(id) ?? new Map(), entries: entries.get(id) ?? new Map() },
    ]),
  );
}

function namesNewTickets({ decision: { outcome } }: Effective): boolean {
  return ticketsOf(outcome).some((ticket) => ticket.bookingId === null);
}

function newEntryOf({ decision: { outcome } }: Effective): number[] {
  const entry = entryOf(outcome);
  return entry?.entryId === null ? [entry.userId] : [];
}

/** @param answers collects the answers of requests with a key, and serves their twins */
function resultOf(
  verdicts: Verdict,
  ids: NewIds | undefined,
  answers: Map<CommandRequest, StoredAnswer>,
): CommandResult {
  if (verdicts.kind === 'answered') return verdicts.result;
  if (verdicts.kind === 'twin') {
    const answer = answers.get(verdicts.of);
    if (!answer) throw new Error('A twin stands before the request that it repeats');
    return new Replay(answer);
  }
  const { request, decision } = verdicts;
  if (decision.outcome.refused) return decision.outcome;
  const acceptance = withIds(decision.outcome, ids);
  if (request.once) answers.set(request, answerOf(request, acceptance));
  return acceptance;
}

function answerOf({ once }: CommandRequest, acceptance: Acceptance): StoredAnswer {
  // The request and its result are of one kind; the group has lost which.
  const answer = once?.answer as (acceptance: Acceptance) => StoredAnswer;
  return answer(acceptance);
}

/** The outcome with the ids that its new tickets and entry have got. */
function withIds(outcome: Acceptance, ids: NewIds | undefined): Acceptance {
  if ('tickets' in outcome) {
    const tickets = outcome.tickets.map((ticket) => ({
      ...ticket,
      bookingId: ticket.bookingId ?? known(ids?.bookings.get(ticket.ticketNo)),
    }));
    return { ...outcome, tickets };
  }
  if ('entry' in outcome) {
    const entryId = outcome.entry.entryId ?? known(ids?.entries.get(outcome.entry.userId));
    return { ...outcome, entry: { ...outcome.entry, entryId } };
  }
  return outcome;
}

function known(id: number | undefined): number {
  if (id === undefined) throw new Error('A row just written was not found again');
  return id;
}

function ticketsOf(outcome: Outcome): readonly Ticket[] {
  return 'tickets' in outcome ? outcome.tickets : [];
}

function entryOf(outcome: Outcome): WaitlistEntry | undefined {
  return 'entry' in outcome ? outcome.entry : undefined;
}

function countPromoted(decisions: readonly Decision[]): number {
  return decisions
    .flatMap(({ promotions }) => promotions)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}
