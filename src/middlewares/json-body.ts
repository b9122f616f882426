import { isUtf8 } from 'node:buffer';
import express from 'express';
import { ApiError } from '../errors/api-error';
import type { ApiHandler } from './locals';

/** The largest body, in bytes: a booking for a hundred guests takes about two thousand. */
export const MAX_BODY_BYTES = 100 * 1_024;

const parse = express.json({
  limit: MAX_BODY_BYTES,
  // A compressed body costs more to read than it costs to send, and none of ours is large.
  inflate: false,
  verify: (_request, _response, bytes) => {
    if (!isUtf8(bytes)) throw new ApiError('MALFORMED_JSON', 'The body is not valid UTF-8');
  },
});

/** Reads a JSON body where one was sent. */
export const jsonBody: ApiHandler = (request, response, next) => {
  // What fetch sends of a POST without a body; it has no type either.
  if (request.headers['content-length'] === '0') {
    next();
    return;
  }
  // Null where there is no body, false where there is one of another type.
  if (request.is('application/json') === false) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json');
  }
  parse(request, response, next);
};
