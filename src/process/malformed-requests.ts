import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { validationFailed, ApiError } from '../errors/api-error';
import type { Logger } from '../observability/logger';

/** What Node says of bytes that it could not make a request of. */
export interface ClientError extends Error {
  readonly code?: string;
}

/** A request, and what it is answered with. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Answers what never becomes a request: broken HTTP, heads that are too large or too late. Node's own
 * answers lack the shape of all others, and an id to find them by.
 */
export class MalformedRequests {
  readonly #latest = new WeakMap<Duplex, Exchange>();

  constructor(private readonly logger: Logger) {}

  /** Remembers what a connection is busy with. */
  note(request: IncomingMessage, response: ServerResponse): void {
    this.#latest.set(request.socket, { request, response });
  }

  answer(error: ClientError, socket: Duplex): void {
    const latest = this.#latest.get(socket);
    // Nobody is there, or a request before this one would take the answer for its own.
    if (!socket.writable || error.code === 'ECONNRESET' || (latest && isUnanswered(latest))) {
      socket.destroy();
      return;
    }
    const requestId = randomUUID();
    const refusal = refusalOf(error);
    this.logger.info('A connection brought no request', { requestId, reason: error.code });
    socket.end(asHttp(refusal, requestId), () => {
      socket.destroy();
    });
  }
}

/**
 * Has all of it arrived, so that it may have had an effect, and is its answer still on its way? What
 * is broken within a body belongs to the request itself.
 */
function isUnanswered({ request, response }: Exchange): boolean {
  return !response.writableEnded && (request.complete || response.headersSent);
}

function refusalOf({ code }: ClientError): ApiError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError('PAYLOAD_TOO_LARGE', 'The head of the request is too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return validationFailed({ field: 'request', message: 'The request did not come in time' });
    default:
      return validationFailed({ field: 'request', message: 'The request is not valid HTTP' });
  }
}

function asHttp({ status, code, message, details }: ApiError, requestId: string): string {
  const listed = details.length > 0 ? { details } : {};
  const body = JSON.stringify({ statusCode: status, code, message, ...listed, requestId });
  return [
    `HTTP/1.1 ${String(status)} ${status === 413 ? 'Payload Too Large' : 'Bad Request'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
