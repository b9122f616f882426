import { decide } from '../domain/decide';
import type { Decision } from '../domain/decision';
import { NotLoadedError, type EventInventory } from '../domain/event-inventory';
import type { EventFacts } from '../domain/inventory-state';
import { isLarge } from '../domain/pieces';
import { refusal } from '../domain/outcomes';
import type { EventRow } from '../models/event.model';
import { replayOf, type CommandRequest, type CommandResult } from './command-request';
import { judgeKey, KEY_REUSED_MESSAGE, scopeId, type StoredKey } from './idempotency';

/** A command that the domain has decided. */
export interface Decided {
  readonly kind: 'decided';
  readonly request: CommandRequest;
  readonly decision: Decision;
  /** The event's facts before the decision. */
  readonly before: EventFacts;
}

/** How one command of a batch will be answered, before anything is written. */
export type Verdict =
  | Decided
  /** The same request comes earlier in the batch; both get the same answer. */
  | { readonly kind: 'duplicate'; readonly of: CommandRequest }
  | { readonly kind: 'answered'; readonly result: CommandResult };

/** One event and its decided commands. */
export interface DecidedBatch {
  /** The event's row as it was locked. */
  readonly row: EventRow;
  readonly keys: ReadonlyMap<string, StoredKey>;
  readonly verdicts: readonly Verdict[];
  /** The decisions that change something. */
  readonly effective: readonly Decided[];
  /** The event's facts after all decisions. */
  readonly after: EventFacts;
}

const KEY_REUSED = refusal('IDEMPOTENCY_KEY_REUSED', KEY_REUSED_MESSAGE);

/**
 * Decides commands one after another, each on the state that the previous ones left.
 *
 * @returns one verdict for each command from the first on. It ends early at a command that can't be
 * decided in one batch with those before it, or that is so large that it must be executed in pieces
 */
export function decideBatch(
  inventory: EventInventory,
  storedKeys: ReadonlyMap<string, StoredKey>,
  requests: readonly CommandRequest[],
): Verdict[] {
  const verdicts: Verdict[] = [];
  const firstWithKey = new Map<string, CommandRequest>();
  const promisedEntries = new Set<number>();
  for (const request of requests) {
    const known = verdictByKey(inventory, storedKeys, firstWithKey, request);
    if (known) {
      verdicts.push(known);
      continue;
    }
    if (isLarge(inventory, request.command)) break;
    const before = inventory.event;
    const decision = decideInBatch(inventory, request, verdicts.length > 0);
    if (!decision || removesPromisedEntry(decision, promisedEntries)) break;
    verdicts.push({ kind: 'decided', request, decision, before });
    if (decision.outcome.refused || request.isDryRun) continue;
    inventory.apply(decision);
    if (request.idempotencyKey) firstWithKey.set(scopeId(request.idempotencyKey), request);
    if ('entry' in decision.outcome) promisedEntries.add(decision.outcome.entry.userId);
  }
  return verdicts;
}

/** Undefined if the decision needs more than was loaded and other commands precede it. */
function decideInBatch(
  inventory: EventInventory,
  { command }: CommandRequest,
  hasPredecessors: boolean,
): Decision | undefined {
  try {
    return decide(inventory, command);
  } catch (error) {
    if (error instanceof NotLoadedError && hasPredecessors) return undefined;
    throw error;
  }
}

/**
 * An answer of this batch names the id or the position of an entry, so the entry must be there when
 * the batch is written: a command that would remove it has to wait for the next batch.
 */
function removesPromisedEntry(decision: Decision, promised: ReadonlySet<number>): boolean {
  return decision.changes.some(
    (change) => change.type === 'entry-removed' && promised.has(change.entry.userId),
  );
}

export function verdictByKey(
  { now }: EventInventory,
  storedKeys: ReadonlyMap<string, StoredKey>,
  firstWithKey: ReadonlyMap<string, CommandRequest>,
  { idempotencyKey }: CommandRequest,
): Verdict | undefined {
  if (!idempotencyKey) return undefined;
  const judged = judgeKey(storedKeys.get(scopeId(idempotencyKey)), idempotencyKey, now);
  if (judged === 'reused') return { kind: 'answered', result: KEY_REUSED };
  if (judged !== 'free') return { kind: 'answered', result: replayOf(judged) };
  const first = firstWithKey.get(scopeId(idempotencyKey));
  if (!first) return undefined;
  return first.idempotencyKey?.fingerprint === idempotencyKey.fingerprint
    ? { kind: 'duplicate', of: first }
    : { kind: 'answered', result: KEY_REUSED };
}
