import { isUtf8 } from 'node:buffer';
import express from 'express';
import { ApiError } from '../errors/api-error';
import { duplicateKeyIn } from './duplicate-json-keys';
import type { ApiHandler } from './locals';

/** The largest body, in bytes: a booking for a hundred guests takes about two thousand. */
export const MAX_BODY_BYTES = 100 * 1_024;

const parse = express.json({
  limit: MAX_BODY_BYTES,
  // A compressed body costs more to read than to send, and no request of the API is large.
  inflate: false,
  // Validation checks that it is an object.
  strict: false,
  verify: (_request, _response, bytes, charset) => {
    if (charset !== 'utf-8') throw new UnreadableBodyError('charset.unsupported');
    if (!isUtf8(bytes)) throw new UnreadableBodyError('entity.parse.failed');
    const key = duplicateKeyIn(bytes);
    if (key !== undefined) throw new UnreadableBodyError('entity.key.duplicate', key);
  },
});

/**
 * What `verify` throws. The parser sets a status on it, which an `ApiError` does not allow. The error
 * handler recognizes it by its type.
 */
class UnreadableBodyError extends Error {
  /** @param field the invalid field, if there is one */
  constructor(
    readonly type: 'charset.unsupported' | 'entity.parse.failed' | 'entity.key.duplicate',
    readonly field?: string,
  ) {
    super('The body cannot be read');
    this.name = 'UnreadableBodyError';
  }
}

/** Reads the JSON body, if there is one. */
export const jsonBody: ApiHandler = (request, response, next) => {
  // fetch sends this header for a POST without a body, and no content type.
  if (request.headers['content-length'] === '0') {
    next();
    return;
  }
  // An excessive size is reported before a wrong type. The parser checks undeclared sizes.
  if (Number(request.headers['content-length']) > MAX_BODY_BYTES) {
    throw new ApiError('PAYLOAD_TOO_LARGE', 'The body is too large');
  }
  // Null means no body, false a body of another type.
  if (request.is('application/json') === false) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json');
  }
  parse(request, response, next);
};
