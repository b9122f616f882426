import type { Database } from '../database/database';
import type { Tx } from '../database/unit-of-work';
import type { Command } from '../domain/commands';
import { decide } from '../domain/decide';
import type { Decision } from '../domain/decision';
import type { EventFacts, Ticket } from '../domain/inventory-state';
import type { Acceptance, Promotion, Refusal } from '../domain/outcomes';
import { LISTED_TICKETS_MAX, piecesOf, previewOf } from '../domain/pieces';
import type { EventRow } from '../models/event.model';
import { eventFactsOf } from '../models/facts';
import { answerBatch } from './answer-batch';
import { auditOf, writeAudit } from './audit';
import { ChangeSummary } from './change-summary';
import type { BatchResult, CommandRequest, FinishCommand } from './command-request';
import { loadInventories } from './inventory-loader';
import { writeEvents, writeRows } from './inventory-writer';
import { saveKeys, type StoredKey } from './idempotency';
import { BlockChanges, writeQueueBlocks } from './queue-blocks';
import { RowChanges } from './row-changes';

/** A command that is too large to be decided at once, and its event's row as it was locked. */
export interface LargeRequest {
  readonly row: EventRow;
  readonly request: CommandRequest;
  readonly storedKeys: ReadonlyMap<string, StoredKey>;
}

/**
 * Executes a large command a piece at a time, in the one transaction that has locked its event. Only
 * one piece is in memory, and each ends with statements, so that the event loop is never held for
 * long. Together the pieces are one change: one version, one audit record, one answer.
 *
 * @throws WriteConflictError if a row is not as it was under the lock; then nothing may stay
 */
export async function runInPieces(
  database: Database,
  tx: Tx,
  now: Date,
  { row, request, storedKeys }: LargeRequest,
  finish: FinishCommand,
): Promise<BatchResult> {
  const before = eventFactsOf(row);
  const held = await countHeld(database, tx, row.id, request.command);
  const pieces = piecesOf(request.command, before, held);
  const progress = new Progress(before);
  for (const piece of pieces) {
    const decision = await decidePiece(database, tx, now, progress, piece);
    const { outcome } = decision;
    if (outcome.refused) return refusedWith(outcome, progress);
    if (request.isDryRun) {
      const preview = previewOf(request.command, before, outcome);
      const answer = finish(preview, true);
      return { results: [{ refused: false, outcome: 'done', ...answer }], promotedTickets: 0 };
    }
    const changes = new RowChanges();
    for (const change of decision.changes) changes.add(change);
    await writeRows(database, tx, now, [{ before: row, changes }]);
    progress.add(decision, outcome, changes.blocks);
  }
  const after = { ...progress.event, version: before.version + 1 };
  const isEmptied = false;
  await writeQueueBlocks(database, tx, [{ before: row, blocks: progress.blocks, isEmptied }]);
  const decision = { ...progress.decision(after), after };
  const { results, newKeys } = answerBatch(
    {
      row,
      keys: storedKeys,
      verdicts: [{ kind: 'decided', request, decision, before }],
      effective: [],
      after,
    },
    { ids: undefined, positions: new Map() },
    finish,
  );
  await saveKeys(database, tx, newKeys, now);
  await writeAudit(database, tx, [auditOf(request, before, after, progress.summary)], now);
  await writeEvents(database, tx, [{ before: row, after }]);
  return { results, promotedTickets: progress.summary.promotedTickets };
}

/** What the pieces executed so far come to. */
class Progress {
  readonly blocks = new BlockChanges();
  readonly summary = new ChangeSummary();
  /** Tickets are given back in descending order; this is the last one so far. */
  lowestTicketNo: number;
  readonly #tickets: Ticket[] = [];
  readonly #endedEntries: number[] = [];
  #cancelled = 0;
  #reassigned = 0;
  #last: Acceptance | undefined;

  constructor(public event: EventFacts) {
    this.lowestTicketNo = event.nextTicketNo;
  }

  add({ changes, promotions, after }: Decision, outcome: Acceptance, blocks: BlockChanges): void {
    // The pieces are one change of the event, so its version stays until the end.
    this.event = { ...after, version: this.event.version };
    this.blocks.merge(blocks);
    this.summary.add(changes, promotions);
    this.#last = outcome;
    if (!('reassigned' in outcome)) return;
    this.#cancelled += outcome.count;
    this.#reassigned += outcome.reassigned;
    this.#endedEntries.push(...outcome.endedEntries);
    this.lowestTicketNo = outcome.tickets.at(-1)?.ticketNo ?? this.lowestTicketNo;
    for (const ticket of outcome.tickets) {
      if (this.#tickets.length < LISTED_TICKETS_MAX) this.#tickets.push(ticket);
    }
  }

  /** The whole command's outcome; of very many tickets and promotions it lists the first ones. */
  decision(after: EventFacts): Omit<Decision, 'after'> {
    const last = this.#last;
    if (!last) throw new Error('A large command has at least one piece');
    const promotions: readonly Promotion[] = this.summary.promotions.items;
    return { outcome: this.#outcome(last, after, promotions), changes: [], promotions };
  }

  #outcome(last: Acceptance, after: EventFacts, promotions: readonly Promotion[]): Acceptance {
    if (last.kind === 'update-event') {
      const { promotedTickets } = this.summary;
      return { ...last, event: { ...last.event, ...after }, promotions, promotedTickets };
    }
    if (last.kind === 'cancel-held') {
      return {
        ...last,
        tickets: this.#tickets,
        count: this.#cancelled,
        reassigned: this.#reassigned,
        endedEntries: this.#endedEntries,
        availableTickets: after.availableTickets,
        version: after.version,
      };
    }
    return last;
  }
}

/** The first piece is refused for what the whole command would be refused for, the others never. */
function refusedWith(refusal: Refusal, { summary }: Progress): BatchResult {
  if (summary.cancelled.count > 0 || summary.issued.count > 0) {
    throw new Error(`A piece of a large command was refused: ${refusal.message}`);
  }
  return { results: [refusal], promotedTickets: 0 };
}

async function decidePiece(
  database: Database,
  tx: Tx,
  now: Date,
  { event, lowestTicketNo }: Progress,
  piece: Command,
): Promise<Decision> {
  const [inventory] = await loadInventories(database, tx, now, [
    { event, ticketsBelow: lowestTicketNo, commands: [piece] },
  ]);
  return decide(inventory!, piece);
}

/** Active tickets of the person whose tickets a command gives back, counted in an index. */
function countHeld(
  { models }: Database,
  tx: Tx,
  eventId: number,
  command: Command,
): Promise<number> {
  if (command.kind !== 'cancel-held' && command.kind !== 'delete-account') {
    return Promise.resolve(0);
  }
  const userId = command.kind === 'cancel-held' ? command.holderId : command.userId;
  return models.Booking.count({
    where: { event_id: eventId, user_id: userId, status: 'booked' },
    transaction: tx,
  });
}
