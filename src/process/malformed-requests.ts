import { randomUUID } from 'node:crypto';
import { maxHeaderSize, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { validationFailed, ApiError } from '../errors/api-error';
import type { Logger } from '../observability/logger';

/** Node's error for bytes that are not a valid request. */
export interface ClientError extends Error {
  readonly code?: string;
}

/** A request and its response. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Answers input that never becomes a request: invalid HTTP, and heads that are too large or too late.
 * Node's own answers lack the error format of the API and a request id.
 */
export class MalformedRequests {
  readonly #latest = new WeakMap<Duplex, Exchange>();

  constructor(private readonly logger: Logger) {}

  /** Remembers the latest request of a connection. */
  note(request: IncomingMessage, response: ServerResponse): void {
    this.#latest.set(request.socket, { request, response });
  }

  answer(error: ClientError, socket: Duplex): void {
    const latest = this.#latest.get(socket);
    // The client is gone, or would take this for the answer to an earlier request.
    if (!socket.writable || error.code === 'ECONNRESET' || (latest && isUnanswered(latest))) {
      socket.destroy();
      return;
    }
    const requestId = randomUUID();
    const refusal = refusalOf(error);
    this.logger.info('A connection sent no valid request', { requestId, reason: error.code });
    socket.end(asHttp(refusal, requestId), () => {
      socket.destroy();
    });
  }
}

/**
 * Whether the request has arrived completely, so that it may have had an effect, but is not answered
 * yet. A fault within a body belongs to the request itself.
 */
function isUnanswered({ request, response }: Exchange): boolean {
  return !response.writableEnded && (request.complete || response.headersSent);
}

function refusalOf({ code }: ClientError): ApiError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError(
        'PAYLOAD_TOO_LARGE',
        `The request head is larger than the limit of ${String(maxHeaderSize)} bytes`,
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return validationFailed({ field: 'request', message: 'The request did not arrive in time' });
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
