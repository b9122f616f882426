import type { Database } from '../database/database';
import { lockEvent, type LockedEvent } from '../database/locks';
import type { Tx } from '../database/unit-of-work';
import type { Decision } from '../domain/decision';
import type { Ticket, WaitlistEntry } from '../domain/inventory-state';
import { refuse, type Acceptance, type Outcome } from '../domain/outcomes';
import { auditOf, writeAudit } from './audit';
import { ChangeSet } from './change-set';
import type { CommandRequest, CommandResult } from './command-request';
import { decideGroup, type Settled } from './decide-group';
import { loadKeys, Replay, saveKeys, scopeId, type NewKey, type StoredAnswer } from './idempotency';
import { loadInventory } from './inventory-loader';
import { readBookingIds, readEntryIds, writeEvent, writeRows } from './inventory-writer';

/** What became of a group. */
export interface GroupResult {
  /** One for each command from the first on; the commands without one must run again. */
  readonly results: readonly CommandResult[];
  readonly promotedTickets: number;
}

/** What became of a group that locked its event itself. */
export interface LockedResult extends GroupResult {
  readonly lockWaitMs: number;
}

/** Ids that the database gave to what the group created. */
interface NewIds {
  readonly bookings: ReadonlyMap<number, number>;
  readonly entries: ReadonlyMap<number, number>;
}

/**
 * Runs commands of one event in one transaction: locks the event, loads what they need, decides them
 * one after another, writes their changes in bulk, the event row last. The caller commits.
 *
 * Locks the event row, then share-locks the accounts that the commands name, by id.
 *
 * @throws WriteConflictError when a row is not as it was under the lock; then nothing may stay
 */
export async function runGroup(
  database: Database,
  tx: Tx,
  eventId: number,
  requests: readonly CommandRequest[],
): Promise<LockedResult> {
  const askedAt = performance.now();
  const locked = await lockEvent(database, tx, eventId);
  const lockWaitMs = performance.now() - askedAt;
  if (locked) return { ...(await runLocked(database, tx, locked, requests)), lockWaitMs };
  const missing = refuse('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
  return { results: requests.map(() => missing), promotedTickets: 0, lockWaitMs };
}

/** The same, for an event that the transaction has locked already. */
export async function runLocked(
  database: Database,
  tx: Tx,
  locked: LockedEvent,
  requests: readonly CommandRequest[],
): Promise<GroupResult> {
  const keyed = requests.flatMap(({ once }) => (once ? [once] : []));
  const storedKeys = await loadKeys(database, tx, locked.row.id, keyed);
  const commands = requests.map(({ command }) => command);
  const inventory = await loadInventory(database, tx, locked, commands);

  const settled = decideGroup(inventory, storedKeys, requests);

  const effective = settled.flatMap((one) => (isEffective(one) ? [one] : []));
  const ids = await writeChanges(database, tx, locked, effective);
  const answers = new Map<CommandRequest, StoredAnswer>();
  const results = settled.map((one) => resultOf(one, ids, answers));
  const newKeys = [...answers].map(([{ once }, answer]): NewKey => {
    if (!once) throw new Error('Only requests with a key have a stored answer');
    return { once, answer, replaces: storedKeys.get(scopeId(once)) };
  });
  await saveKeys(database, tx, locked.row.id, newKeys, locked.now);
  await writeAudit(
    database,
    tx,
    effective.map(({ request, before, decision }) => auditOf(request, before, decision)),
    locked.now,
  );
  if (effective.length > 0) await writeEvent(database, tx, locked, inventory.event);
  return { results, promotedTickets: countPromoted(effective.map(({ decision }) => decision)) };
}

type Effective = Extract<Settled, { kind: 'decided' }>;

function isEffective(settled: Settled): settled is Effective {
  return (
    settled.kind === 'decided' &&
    settled.decision.changes.length > 0 &&
    settled.request.isDryRun !== true
  );
}

async function writeChanges(
  database: Database,
  tx: Tx,
  locked: LockedEvent,
  effective: readonly Effective[],
): Promise<NewIds> {
  const changes = new ChangeSet();
  for (const { decision } of effective) {
    for (const change of decision.changes) changes.add(change);
  }
  const single = await writeRows(database, tx, locked, changes);
  const outcomes = effective.map(({ decision }) => decision.outcome);
  const namesNewTickets = outcomes.some((outcome) =>
    ticketsOf(outcome).some((ticket) => ticket.bookingId === null),
  );
  const newEntries = outcomes.flatMap((outcome) => {
    const entry = entryOf(outcome);
    return entry?.entryId === null ? [entry.userId] : [];
  });
  return {
    bookings:
      namesNewTickets && single.size === 0 ? await readBookingIds(database, tx, locked) : single,
    entries: await readEntryIds(database, tx, locked.row.id, newEntries),
  };
}

/** @param answers collects the answers of requests with a key, and serves their twins */
function resultOf(
  settled: Settled,
  ids: NewIds,
  answers: Map<CommandRequest, StoredAnswer>,
): CommandResult {
  if (settled.kind === 'answered') return settled.result;
  if (settled.kind === 'twin') {
    const answer = answers.get(settled.of);
    if (!answer) throw new Error('A twin stands before the request that it repeats');
    return new Replay(answer);
  }
  const { request, decision } = settled;
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
function withIds(outcome: Acceptance, ids: NewIds): Acceptance {
  if ('tickets' in outcome) {
    const tickets = outcome.tickets.map((ticket) => ({
      ...ticket,
      bookingId: ticket.bookingId ?? known(ids.bookings.get(ticket.ticketNo)),
    }));
    return { ...outcome, tickets };
  }
  if ('entry' in outcome) {
    const entryId = outcome.entry.entryId ?? known(ids.entries.get(outcome.entry.userId));
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
