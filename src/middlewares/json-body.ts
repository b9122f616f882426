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
  // A compressed body costs more to read than it costs to send, and none of ours is large.
  inflate: false,
  // Whether it is an object is the validation's matter.
  strict: false,
  verify: (_request, _response, bytes) => {
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
 * Reads a JSON body where one was sent.
 *
 * @throws ApiError PAYLOAD_TOO_LARGE, or UNSUPPORTED_MEDIA_TYPE, which names a charset at fault
 */
export const jsonBody: ApiHandler = (request, response, next) => {
  const { headers } = request;
  // What fetch sends of a POST without a body; it has no type either.
  if (headers['content-length'] === '0') {
    next();
    return;
  }
  // Of two faults the size is told first; the parser looks at sizes that are not told beforehand.
  if (Number(headers['content-length']) > MAX_BODY_BYTES) {
    throw new ApiError('PAYLOAD_TOO_LARGE', 'The body is too large');
  }
  const isChunked = headers['transfer-encoding'] !== undefined;
  if (isChunked && headers['content-type'] === undefined)
    return mustBeEmpty(request, response, next);
  // Null where there is no body, false where there is one of another type.
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
