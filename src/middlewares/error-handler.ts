import type { ErrorRequestHandler } from 'express';
import { isDatabaseFault } from '../database/fault-kind';
import {
  ApiError,
  OUTCOME_UNKNOWN_WITH_KEY,
  serviceUnavailable,
  validationFailed,
} from '../errors/api-error';
import type { Logger } from '../observability/logger';
import type { Locals } from './locals';

/** What body-parser and Express themselves throw. */
interface HttpError extends Error {
  readonly status?: number;
  readonly type?: string;
  /** Of `entity.too.large`, in bytes. */
  readonly limit?: number;
}

/** Answers every failed request. Server errors are logged here and nowhere else. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const answer = toApiError(error);
    const { requestId, idempotencyKey } = response.locals as Locals;
    if (answer.status >= 500) log(logger, answer, { requestId, error });
    if (response.headersSent) {
      next(error);
      return;
    }
    response.set({ 'Cache-Control': 'no-store', ...answer.headers });
    if (answer.retryAfterSeconds !== undefined) {
      response.set('Retry-After', String(answer.retryAfterSeconds));
    }
    // Closing the connection avoids reading the rest of an oversized body.
    if (answer.code === 'PAYLOAD_TOO_LARGE') response.set('Connection', 'close');
    response.status(answer.status).json({
      statusCode: answer.status,
      code: answer.code,
      message: messageOf(answer, idempotencyKey),
      ...(answer.details.length > 0 ? { details: answer.details } : {}),
      requestId,
    });
  };
}

/** Only a request that carried a key can be sent again to learn what became of it. */
function messageOf({ code, message }: ApiError, key: Locals['idempotencyKey']): string {
  return code === 'OUTCOME_UNKNOWN' && key ? OUTCOME_UNKNOWN_WITH_KEY : message;
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isDatabaseFault(error)) {
    return serviceUnavailable('The database is not available', error);
  }
  return fromHttpError(error as HttpError) ?? internalError(error);
}

function fromHttpError(error: HttpError): ApiError | undefined {
  switch (error.type) {
    case 'entity.too.large':
      return new ApiError('PAYLOAD_TOO_LARGE', bodyTooLarge(error.limit), { cause: error });
    case 'encoding.unsupported':
      return new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send the body uncompressed', { cause: error });
    default:
      // For example, the body ended early or the path has a broken percent-encoding.
      return error.status !== undefined && error.status >= 400 && error.status < 500
        ? validationFailed({ field: 'request', message: 'The request is malformed' })
        : undefined;
  }
}

function bodyTooLarge(limit: number | undefined): string {
  return `The body is larger than the limit of ${String(limit)} bytes`;
}

function internalError(cause: unknown): ApiError {
  return new ApiError('INTERNAL_ERROR', 'Something went wrong on our side', { cause });
}

function log(
  logger: Logger,
  answer: ApiError,
  { requestId, error }: { requestId: string; error: unknown },
): void {
  if (answer.code === 'INTERNAL_ERROR') {
    logger.error('A request failed', { requestId, error });
    return;
  }
  const cause = answer.cause instanceof Error ? answer.cause.message : undefined;
  logger.warn('A request could not be served', {
    requestId,
    code: answer.code,
    reason: answer.message,
    ...(cause === undefined ? {} : { cause }),
  });
}
