import { isUtf8 } from 'node:buffer';
import express from 'express';
import { ApiError } from '../errors/api-error';
import { duplicateKeyIn } from './duplicate-json-keys';
import type { ApiHandler } from './locals';

/** The largest body, in bytes: a booking for a hundred guests takes about two thousand. */
export const MAX_BODY_BYTES = 100 * 1_024;

const parse = express.json({
  limit: MAX_BODY_BYTES,
  // A compressed body costs more to read than it costs to send, and none of ours is large.
  inflate: false,
  // Whether it is an object is the validation's matter.
  strict: false,
  verify: (_request, _response, bytes, charset) => {
    if (charset !== 'utf-8') throw new UnreadableBodyError('charset.unsupported');
    if (!isUtf8(bytes)) throw new UnreadableBodyError('entity.parse.failed');
    const key = duplicateKeyIn(bytes);
    if (key !== undefined) throw new UnreadableBodyError('entity.key.duplicate', key);
  },
});

/**
 * The parser writes a status onto what `verify` throws, which an `ApiError` would not let it; by
 * its type the error handler knows it.
 */
class UnreadableBodyError extends Error {
  /** @param field the one at fault, where it is one */
  constructor(
    readonly type: 'charset.unsupported' | 'entity.parse.failed' | 'entity.key.duplicate',
    readonly field?: string,
  ) {
    super('The body cannot be read');
    this.name = 'UnreadableBodyError';
  }
}

/** Reads a JSON body where one was sent. */
export const jsonBody: ApiHandler = (request, response, next) => {
  // What fetch sends of a POST without a body; it has no type either.
  if (request.headers['content-length'] === '0') {
    next();
    return;
  }
  // Of two faults the size is told first; the parser looks at sizes that are not told beforehand.
  if (Number(request.headers['content-length']) > MAX_BODY_BYTES) {
    throw new ApiError('PAYLOAD_TOO_LARGE', 'The body is too large');
  }
  // Null where there is no body, false where there is one of another type.
  if (request.is('application/json') === false) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json');
  }
  parse(request, response, next);
};
