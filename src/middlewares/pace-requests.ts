import type { ApiHandler } from './locals';

/** Requests that start in one turn of the event loop. */
const REQUESTS_IN_TURN = 32;

/**
 * Limits how many requests start in one turn of the event loop, in order of arrival. The answers to a
 * batch make all its clients send their next requests together. Started together, these would keep the
 * next batch's transaction waiting for the loop, and the loop would then wait for its transaction.
 * Figures: docs/performance.md.
 */
export function paceRequests(): ApiHandler {
  const waiting: (() => void)[] = [];
  const begin = (): void => {
    for (const next of waiting.splice(0, REQUESTS_IN_TURN)) next();
    if (waiting.length > 0) setImmediate(begin);
  };
  return (_request, _response, next) => {
    waiting.push(next);
    if (waiting.length === 1) setImmediate(begin);
  };
}
