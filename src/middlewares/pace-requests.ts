import type { ApiHandler } from './locals';

/** Requests that begin in one turn of the event loop. */
const REQUESTS_IN_TURN = 32;
/** Reads that begin in one turn while changes are in flight. */
const READS_BESIDE_CHANGES = 4;
/** Paths that must be answered however much waits. */
const UNPACED = /^\/(health|metrics)\b/;

/**
 * Begins only a limited number of requests in each turn of the event loop: changes before reads, and
 * within these in the order of arrival. The answers to a batch make its clients send their next
 * requests all at once; begun together, they would keep the next batch's transaction waiting for the
 * event loop, and the loop would then wait for the transaction. And a crowd that polls must not make
 * each statement of a booking wait for hundreds of reads. Figures: docs/performance.md.
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
