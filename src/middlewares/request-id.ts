import { randomUUID } from 'node:crypto';
import { validationFailed } from '../errors/api-error';
import type { ApiHandler } from './locals';

/** A request id that is safe in a header and a log line. */
const VALID_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Records when the request arrived, and gives it an id: the caller's if it is valid, otherwise a new
 * one.
 *
 * @throws ApiError VALIDATION_FAILED if an HTTP/1.1 request has no Host header
 */
export const requestId: ApiHandler = ({ headers, httpVersion }, response, next) => {
  const given = headers['x-request-id'];
  const id = typeof given === 'string' && VALID_REQUEST_ID.test(given) ? given : randomUUID();
  response.locals.requestId = id;
  response.locals.startedAt = performance.now();
  response.setHeader('X-Request-Id', id);
  if (headers.host === undefined && httpVersion === '1.1') {
    throw validationFailed({ field: 'Host', message: 'HTTP/1.1 needs a Host header' });
  }
  next();
};
