import type { ApiHandler } from './locals';

/** Requests that start in one turn of the event loop. */
const REQUESTS_IN_TURN = 32;
/** Reads that begin in one turn for each change that begins in it, while changes are in flight. */
const READS_FOR_A_CHANGE = 1;
/**
 * Reads that begin in a turn in which no change begins, while changes are in flight. A change needs
 * about a dozen turns, one for each of its statements, and waits for the reads in each of them.
 */
const READS_BETWEEN_CHANGES = 1;
/** Paths that must be answered however much waits. */
const UNPACED = /^\/(health|metrics)\b/;

/**
 * Limits how many requests start in one turn of the event loop: changes first, with a read for each of
 * them; changes and reads each in order of arrival. The answers to a batch make all its clients send
 * their next requests together. Started together, these would keep the next batch's transaction waiting
 * for the loop, and the loop would then wait for its transaction. Many clients that poll must not make
 * each statement of a booking wait for hundreds of reads. Figures: docs/performance.md.
 */
export function paceRequests(): ApiHandler {
  const changes: (() => void)[] = [];
  const reads: (() => void)[] = [];
  let changesInFlight = 0;
  const begin = (): void => {
    const beginning = changes.splice(0, REQUESTS_IN_TURN);
    const readsMax =
      changesInFlight > 0
        ? Math.max(READS_BETWEEN_CHANGES, beginning.length * READS_FOR_A_CHANGE)
        : REQUESTS_IN_TURN;
    for (const next of beginning) next();
    for (const next of reads.splice(0, Math.min(readsMax, REQUESTS_IN_TURN))) next();
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
