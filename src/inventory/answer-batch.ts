import type { Acceptance } from '../domain/outcomes';
import {
  replayOf,
  type CommandAnswer,
  type CommandRequest,
  type CommandResult,
  type FinishCommand,
} from './command-request';
import type { DecidedBatch } from './decide-batch';
import { scopeId, type NewKey } from './idempotency';
import type { NewIds } from './new-ids';

/** What is known only once the rows are written. */
export interface Written {
  /** Undefined for a batch that has written nothing. */
  readonly ids: NewIds | undefined;
  /** Of changed entries, by entry id. */
  readonly positions: ReadonlyMap<number, number>;
}

/** The answers to one event's commands, and the keys to store them under. */
export interface AnsweredBatch {
  readonly results: readonly CommandResult[];
  readonly newKeys: readonly NewKey[];
}

/** Answers decided commands, with the ids of the rows they created. */
export function answerBatch(
  batch: DecidedBatch,
  written: Written,
  finish: FinishCommand,
): AnsweredBatch {
  const answers = new Map<CommandRequest, CommandAnswer>();
  const results = batch.verdicts.map((verdict) => {
    if (verdict.kind === 'answered') return verdict.result;
    if (verdict.kind === 'duplicate') return replayOf(known(answers.get(verdict.of)));
    const { request, decision } = verdict;
    if (decision.outcome.refused) return decision.outcome;
    const answer = answerOf(request, completed(decision.outcome, written), finish);
    answers.set(request, answer);
    return answer;
  });
  return { results, newKeys: newKeysOf(batch, answers) };
}

function newKeysOf(
  { row, keys }: DecidedBatch,
  answers: ReadonlyMap<CommandRequest, CommandAnswer>,
): NewKey[] {
  return [...answers].flatMap(([{ idempotencyKey: key }, answer]) =>
    key ? [{ eventId: row.id, key, answer, replaces: keys.get(scopeId(key)) }] : [],
  );
}

function answerOf(
  { isDryRun = false }: CommandRequest,
  acceptance: Acceptance,
  finish: FinishCommand,
): CommandAnswer {
  const outcome = acceptance.kind === 'book' ? acceptance.outcome : 'done';
  return { refused: false, outcome, ...finish(acceptance, isDryRun) };
}

/** The outcome with the ids and the position that only the written rows tell. */
function completed(outcome: Acceptance, { ids, positions }: Written): Acceptance {
  if ('tickets' in outcome) {
    const tickets = outcome.tickets.map((ticket) => ({
      ...ticket,
      bookingId: ticket.bookingId ?? known(ids?.bookings.get(ticket.ticketNo)),
    }));
    return { ...outcome, tickets };
  }
  if ('entry' in outcome) {
    const entryId = outcome.entry.entryId ?? known(ids?.entries.get(outcome.entry.userId));
    const position = outcome.position ?? known(positions.get(entryId));
    return { ...outcome, entry: { ...outcome.entry, entryId }, position };
  }
  return outcome;
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('An answer needs a row or an answer that is not there');
  return value;
}
