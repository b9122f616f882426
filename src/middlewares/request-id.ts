import { randomUUID } from 'node:crypto';
import { validationFailed } from '../errors/api-error';
import type { ApiHandler } from './locals';

/** A request id that can stand in a header and a log line as it is. */
const SANE_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Notes when the request came, and names it: by the caller's id, if it sent a sane one, else by a
 * new one.
 *
 * @throws ApiError VALIDATION_FAILED where HTTP's only demand of every request is not met
 */
export const requestId: ApiHandler = ({ headers, httpVersion }, response, next) => {
  const given = headers['x-request-id'];
  const id = typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
  response.locals.requestId = id;
  response.locals.startedAt = performance.now();
  response.setHeader('X-Request-Id', id);
  if (headers.host === undefined && httpVersion === '1.1') {
    throw validationFailed({ field: 'Host', message: 'HTTP/1.1 needs a Host header' });
  }
  next();
};
