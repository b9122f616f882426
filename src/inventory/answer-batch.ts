import type { Acceptance } from '../domain/outcomes';
import type { CommandRequest, CommandResult } from './command-request';
import type { DecidedBatch, Verdict } from './decide-batch';
import { Replay, scopeId, type NewKey, type StoredAnswer } from './idempotency';
import type { NewIds } from './new-ids';

/** The results of one event's commands, and the keys to store. */
export interface AnsweredBatch {
  readonly results: readonly CommandResult[];
  readonly newKeys: readonly NewKey[];
}

/**
 * Answers decided commands, with the ids of the rows they created.
 *
 * @param ids undefined if the batch wrote nothing
 */
export function answerBatch(batch: DecidedBatch, ids: NewIds | undefined): AnsweredBatch {
  const answers = new Map<CommandRequest, StoredAnswer>();
  const results = batch.verdicts.map((verdict) => resultOf(verdict, ids, answers));
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
  ids: NewIds | undefined,
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
  const acceptance = withIds(decision.outcome, ids);
  if (request.idempotent) answers.set(request, storedAnswerOf(request, acceptance));
  return acceptance;
}

function storedAnswerOf({ idempotent }: CommandRequest, acceptance: Acceptance): StoredAnswer {
  // The request and its result have the same kind, but the type of a batch does not keep it.
  const answer = idempotent?.answer as (acceptance: Acceptance) => StoredAnswer;
  return answer(acceptance);
}

/** The outcome with the ids of its new tickets and entry. */
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
  if (id === undefined) throw new Error('A row that was just written was not found');
  return id;
}
