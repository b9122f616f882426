import { decide } from '../domain/decide';
import type { Decision } from '../domain/decision';
import { NotLoadedError, type EventInventory } from '../domain/event-inventory';
import type { EventFacts } from '../domain/inventory-state';
import { refuse, type Refusal } from '../domain/outcomes';
import type { CommandRequest } from './command-request';
import { judgeKey, KEY_REUSED_MESSAGE, scopeId, type Replay, type StoredKey } from './idempotency';

/** What is settled for one command of a group, before anything is written. */
export type Verdict =
  | {
      readonly kind: 'decided';
      readonly request: CommandRequest;
      readonly decision: Decision;
      readonly before: EventFacts;
    }
  /** The same request stands earlier in the group: its answer is this one's too. */
  | { readonly kind: 'twin'; readonly of: CommandRequest }
  | { readonly kind: 'answered'; readonly result: Replay | Refusal };

const KEY_REUSED = refuse('IDEMPOTENCY_KEY_REUSED', KEY_REUSED_MESSAGE);

/**
 * Decides commands one after another, each on what those before it have left.
 *
 * @returns one entry for each command from the first on; it ends early where a command can't be
 * decided in one group with those before it, and never before the first
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
    const known = answerFromKey(inventory, storedKeys, firstWithKey, request);
    if (known) {
      verdicts.push(known);
      continue;
    }
    const before = inventory.event;
    const decision = decideInBatch(inventory, request, verdicts.length > 0);
    if (!decision || removesPromisedEntry(decision, promisedEntries)) break;
    verdicts.push({ kind: 'decided', request, decision, before });
    if (decision.outcome.refused || request.isDryRun) continue;
    inventory.apply(decision);
    if (request.once) firstWithKey.set(scopeId(request.once), request);
    if ('entry' in decision.outcome && decision.outcome.entry.entryId === null) {
      promisedEntries.add(decision.outcome.entry.userId);
    }
  }
  return verdicts;
}

/** Undefined where the decision needs more than was loaded for a group in which it is not alone. */
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
 * An answer of this group tells the id of a new entry, so the entry must come to be: what would
 * remove it again has to wait for the next group.
 */
function removesPromisedEntry(decision: Decision, promised: ReadonlySet<number>): boolean {
  return decision.changes.some(
    (change) =>
      change.type === 'entry-removed' &&
      change.entry.entryId === null &&
      promised.has(change.entry.userId),
  );
}

function answerFromKey(
  { now }: EventInventory,
  storedKeys: ReadonlyMap<string, StoredKey>,
  firstWithKey: ReadonlyMap<string, CommandRequest>,
  { once }: CommandRequest,
): Verdict | undefined {
  if (!once) return undefined;
  const verdict = judgeKey(storedKeys.get(scopeId(once)), once, now);
  if (verdict === 'reused') return { kind: 'answered', result: KEY_REUSED };
  if (verdict !== 'free') return { kind: 'answered', result: verdict };
  const first = firstWithKey.get(scopeId(once));
  if (!first) return undefined;
  return first.once?.fingerprint === once.fingerprint
    ? { kind: 'twin', of: first }
    : { kind: 'answered', result: KEY_REUSED };
}
