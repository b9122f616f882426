import type { Acceptance } from '../domain/outcomes';
import type { CommandRequest, CommandResult } from './command-request';
import type { DecidedBatch, Verdict } from './decide-batch';
import { Replay, scopeId, type NewKey, type StoredAnswer } from './idempotency';
import type { NewIds } from './new-ids';

/** What is known only once the rows are written. */
interface Written {
  readonly ids: NewIds | undefined;
  readonly positions: ReadonlyMap<number, number>;
}

/** The answers to one event's commands, and the keys to store them under. */
export interface AnsweredBatch {
  readonly results: readonly CommandResult[];
  readonly newKeys: readonly NewKey[];
}

/**
 * Answers decided commands, with the ids of the rows they created.
 *
 * @param ids undefined for a batch that has written nothing
 * @param positions of changed entries, by entry id
 */
export function answerBatch(
  batch: DecidedBatch,
  ids: NewIds | undefined,
  positions: ReadonlyMap<number, number>,
): AnsweredBatch {
  const answers = new Map<CommandRequest, StoredAnswer>();
  const results = batch.verdicts.map((verdict) => resultOf(verdict, { ids, positions }, answers));
  const newKeys = [...answers].flatMap(([{ idempotent }, answer]): NewKey[] =>
    idempotent
      ? [
          {
            eventId: batch.row.id,
            key: idempotent,
            answer,
            replaces: batch.keys.get(scopeId(idempotent)),
          },
        ]
      : [],
  );
  return { results, newKeys };
}

/** @param answers collects the answers of requests with a key, and serves their duplicates */
function resultOf(
  verdict: Verdict,
  written: Written,
  answers: Map<CommandRequest, StoredAnswer>,
): CommandResult {
  if (verdict.kind === 'answered') return verdict.result;
  if (verdict.kind === 'duplicate') {
    const answer = answers.get(verdict.of);
    if (!answer) throw new Error('A duplicate precedes the request that it repeats');
    return new Replay(answer);
  }
  const { request, decision } = verdict;
  if (decision.outcome.refused) return decision.outcome;
  const acceptance = completed(decision.outcome, written);
  if (request.idempotent) answers.set(request, storedAnswerOf(request, acceptance));
  return acceptance;
}

function storedAnswerOf({ idempotent }: CommandRequest, acceptance: Acceptance): StoredAnswer {
  // The request and its result have the same kind, but the type of a batch does not keep it.
  const answer = idempotent?.answer as (acceptance: Acceptance) => StoredAnswer;
  return answer(acceptance);
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

function known(value: number | undefined): number {
  if (value === undefined) throw new Error('A row just written was not found again');
  return value;
}
