import express, { type Request } from 'express';
import { ApiError, validationFailed } from '../errors/api-error';
import { duplicateKeyIn } from './duplicate-json-keys';
import type { ApiHandler, ApiResponse } from './locals';

/** The largest body, in bytes: a booking for a hundred guests takes about two thousand. */
export const MAX_BODY_BYTES = 100 * 1_024;
/** The longest name of a field or charset that an error message repeats, in characters. */
const MAX_NAME_CHARACTERS = 100;
/** UTF-8 by the names that clients use for it; ASCII is a part of it. */
const UTF_8_NAMES: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const readBytes = express.raw({
  limit: MAX_BODY_BYTES,
  // A compressed body costs more to read than to send, and no request of the API is large.
  inflate: false,
  // Chunks must be read to learn whether there is a body at all; only then does its type matter.
  type: () => true,
});

/**
 * Reads the JSON body. An empty body of any type counts as no body.
 *
 * @throws ApiError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, MALFORMED_JSON, or VALIDATION_FAILED
 * for a duplicate field
 */
export const jsonBody: ApiHandler = async (request, response, next) => {
  const bytes = await bytesOf(request, response);
  request.body = undefined;
  if (bytes.length > 0) {
    requireJsonType(request);
    request.body = parse(bytes);
  }
  next();
};

/** @throws the errors of body-parser, which the error handler maps by their `type` */
function bytesOf(request: Request, response: ApiResponse): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    readBytes(request, response, (error?: Error) => {
      if (error) reject(error);
      else resolve(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    });
  });
}

function requireJsonType(request: Request): void {
  if (request.is('application/json') === false) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json');
  }
  const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !UTF_8_NAMES.has(charset.toLowerCase())) {
    const name = charset.slice(0, MAX_NAME_CHARACTERS);
    throw new ApiError(
      'UNSUPPORTED_MEDIA_TYPE',
      `Send the body in UTF-8: the charset ${name} is not supported`,
    );
  }
}

function parse(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new ApiError('MALFORMED_JSON', 'The body is not valid UTF-8 JSON', { cause });
  }
  const key = duplicateKeyIn(bytes);
  if (key !== undefined) {
    const field = key.slice(0, MAX_NAME_CHARACTERS);
    throw validationFailed({ field, message: `${field} is sent more than once` });
  }
  return value;
}
