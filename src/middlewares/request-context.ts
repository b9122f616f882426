import { randomUUID } from 'node:crypto';
import { runInRequestContext } from '../observability/request-context';
import type { ApiHandler } from './locals';

/** A request id that can stand in a header and a log line as it is. */
const SANE_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** Names the request: by the caller's id, if it sent a sane one, else by a new one. */
export const requestContext: ApiHandler = (request, response, next) => {
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
  response.locals.requestId = requestId;
  response.setHeader('X-Request-Id', requestId);
  runInRequestContext({ requestId }, next);
};
