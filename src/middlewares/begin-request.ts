import { randomUUID } from 'node:crypto';
import type { ApiHandler } from './locals';

/** A request id that can stand in a header and a log line as it is. */
const SANE_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Notes when the request came, and names it: by the caller's id, if it sent a sane one, else by a
 * new one.
 */
export const beginRequest: ApiHandler = ({ headers }, response, next) => {
  const given = headers['x-request-id'];
  const id = typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
  response.locals.requestId = id;
  response.locals.startedAt = performance.now();
  response.setHeader('X-Request-Id', id);
  next();
};
