import type { Database } from '../database/database';
import type { Tx } from '../database/unit-of-work';
import type { WaitlistEntryChanged } from '../domain/outcomes';
import type { DecidedBatch, Verdict } from './decide-batch';
import type { NewIds } from './new-ids';
import { readPositions } from './queue-positions';

/**
 * Reads the positions of entries whose wish or priority was changed, once the queues are written and
 * before the commit: what is committed must be answered, so nothing may be left to read afterwards.
 *
 * @returns positions by entry id
 */
export async function readChangedPositions(
  database: Database,
  tx: Tx,
  batches: readonly DecidedBatch[],
  ids: ReadonlyMap<number, NewIds>,
): Promise<ReadonlyMap<number, number>> {
  const entryIds = batches.flatMap(({ row, verdicts }) =>
    verdicts.flatMap((verdict) => {
      const { entry } = changedEntryIn(verdict) ?? {};
      const entryId = entry && (entry.entryId ?? ids.get(row.id)?.entries.get(entry.userId));
      return entryId === undefined ? [] : [entryId];
    }),
  );
  if (entryIds.length === 0) return new Map();
  // The sums were written in this transaction; the event rows, which say so, come last.
  const events = batches.map(({ row: { id } }) => ({ id, version: 0, queue_counted_version: 0 }));
  const positioned = await readPositions(database, tx, { id: entryIds }, events);
  return new Map(positioned.map(({ entry, position }) => [entry.entryId!, position]));
}

function changedEntryIn(verdict: Verdict): WaitlistEntryChanged | undefined {
  if (verdict.kind !== 'decided') return undefined;
  const { outcome } = verdict.decision;
  return !outcome.refused && (outcome.kind === 'lower' || outcome.kind === 'prioritize')
    ? outcome
    : undefined;
}
