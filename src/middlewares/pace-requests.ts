import type { ApiHandler } from './locals';

/** Requests that start in one turn of the event loop. */
const REQUESTS_IN_TURN = 32;
/** Reads that begin in one turn while changes are in flight. */
const READS_BESIDE_CHANGES = 4;
/** Paths that must be answered however much waits. */
const UNPACED = /^\/(health|metrics)\b/;

/**
 * Limits how many requests start in one turn of the event loop: changes before reads, and within these
 * in order of arrival. The answers to a batch make all its clients send their next requests together.
 * Started together, these would keep the next batch's transaction waiting for the loop, and the loop
 * would then wait for its transaction. Many clients that poll must not make each statement of a booking
 * wait for hundreds of reads. Figures: docs/performance.md.
 */
export function paceRequests(): ApiHandler {
  const changes: (() => void)[] = [];
  const reads: (() => void)[] = [];
  let changesInFlight = 0;
  const begin = (): void => {
    const readsMax = changesInFlight > 0 ? READS_BESIDE_CHANGES : REQUESTS_IN_TURN;
    for (const next of changes.splice(0, REQUESTS_IN_TURN)) next();
    for (const next of reads.splice(0, readsMax)) next();
    if (changes.length + reads.length > 0) setImmediate(begin);
  };
  return ({ method, path }, response, next) => {
    if (UNPACED.test(path)) {
      next();
      return;
    }
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead) {
      changesInFlight += 1;
      response.once('close', () => {
        changesInFlight -= 1;
      });
    }
    (isRead ? reads : changes).push(next);
    if (changes.length + reads.length === 1) setImmediate(begin);
  };
}
