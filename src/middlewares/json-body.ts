import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import express, { type Request } from 'express';
import { ApiError } from '../errors/api-error';
import { duplicateKeyIn } from './duplicate-json-keys';
import type { ApiHandler, ApiResponse } from './locals';

/** The largest body, in bytes: a booking for a hundred guests takes about two thousand. */
export const MAX_BODY_BYTES = 100 * 1_024;

const parse = express.json({
  limit: MAX_BODY_BYTES,
  // A compressed body costs more to read than to send, and no request of the API is large.
  inflate: false,
  // Validation checks that it is an object.
  strict: false,
  verify: (_request, _response, bytes) => {
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
    readonly type: 'entity.parse.failed' | 'entity.key.duplicate',
    readonly field?: string,
  ) {
    super('The body cannot be read');
    this.name = 'UnreadableBodyError';
  }
}

/** Takes a body of any type as bytes. */
const readBytes = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });

/** Names that clients give UTF-8; ASCII is a part of it. */
const UTF8_NAMES: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;
/** The longest charset name that an answer repeats. */
const MAX_CHARSET_CHARACTERS = 40;

/**
 * Reads the JSON body, if there is one.
 *
 * @throws ApiError PAYLOAD_TOO_LARGE, or UNSUPPORTED_MEDIA_TYPE, which names a charset at fault
 */
export const jsonBody: ApiHandler = (request, response, next) => {
  const { headers } = request;
  // fetch sends this header for a POST without a body, and no content type.
  if (headers['content-length'] === '0') {
    next();
    return;
  }
  // An excessive size is reported before a wrong type. The parser checks undeclared sizes.
  if (Number(headers['content-length']) > MAX_BODY_BYTES) {
    throw new ApiError('PAYLOAD_TOO_LARGE', 'The body is too large');
  }
  const isChunked = headers['transfer-encoding'] !== undefined;
  if (isChunked && headers['content-type'] === undefined)
    return mustBeEmpty(request, response, next);
  // Null means no body, false a body of another type.
  const type = request.is('application/json');
  if (type === false) throw otherType();
  if (type !== null) takeAsUtf8(headers);
  parse(request, response, next);
};

/**
 * Reads chunks of no type: only at their end it is clear that there was no body.
 *
 * @throws ApiError UNSUPPORTED_MEDIA_TYPE where there was one
 */
async function mustBeEmpty(
  request: Request,
  response: ApiResponse,
  next: () => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    readBytes(request, response, (fault?: Error) => {
      if (fault === undefined) resolve();
      else reject(fault);
    });
  });
  if ((request.body as Buffer).length > 0) throw otherType();
  request.body = undefined;
  next();
}

function otherType(): ApiError {
  return new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json');
}

/**
 * Leaves the type without its charset: the parser knows UTF-8 by one of its names only.
 *
 * @throws ApiError UNSUPPORTED_MEDIA_TYPE for another charset
 */
function takeAsUtf8(headers: IncomingHttpHeaders): void {
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1];
  if (charset === undefined) return;
  if (!UTF8_NAMES.has(charset.toLowerCase())) {
    const name = charset.slice(0, MAX_CHARSET_CHARACTERS);
    throw new ApiError(
      'UNSUPPORTED_MEDIA_TYPE',
      `Send the body in UTF-8: the charset ${name} is not supported`,
    );
  }
  headers['content-type'] = 'application/json';
}
