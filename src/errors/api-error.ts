import { ERROR_CODES, type ErrorCode } from './error-codes';

/** One invalid input field. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

interface ApiErrorOptions {
  readonly details?: readonly FieldFault[];
  /** When to retry, for the Retry-After header. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only, never for the caller. */
  readonly cause?: unknown;
}

/** An error that is meant for the caller. */
export class ApiError extends Error {
  readonly details: readonly FieldFault[];
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ApiErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ApiError';
    this.details = options.details ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

export function validationFailed(...details: readonly FieldFault[]): ApiError {
  return new ApiError(
    'VALIDATION_FAILED',
    details.map(({ message }) => message).join('; ') || 'The request is invalid',
    { details },
  );
}

/** When to retry after a fault that may pass quickly. */
const RETRY_AFTER_SECONDS = 1;

/** Nothing has changed; it is safe to retry. */
export function serviceUnavailable(
  message: string,
  cause?: unknown,
  retryAfterSeconds = RETRY_AFTER_SECONDS,
): ApiError {
  return new ApiError('SERVICE_UNAVAILABLE', message, { retryAfterSeconds, cause });
}

/** It may have happened. Only a request with an Idempotency-Key can be sent again to learn it. */
export function outcomeUnknown(cause?: unknown): ApiError {
  return new ApiError(
    'OUTCOME_UNKNOWN',
    'The connection was lost while the change was being saved. Check whether it was saved before ' +
      'you send it again',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  );
}

/** What OUTCOME_UNKNOWN says to a request that carried an Idempotency-Key. */
export const OUTCOME_UNKNOWN_WITH_KEY =
  'The connection was lost while the change was being saved. Ask again with the same ' +
  'Idempotency-Key to learn what became of it';
