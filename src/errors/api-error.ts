import { ERROR_CODES, type ErrorCode } from './error-codes';

/** One input field that is at fault. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

interface ApiErrorOptions {
  readonly details?: readonly FieldFault[];
  /** When asking again makes sense, for the Retry-After header. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What it came from: for the log, never for the caller. */
  readonly cause?: unknown;
}

/** An answer other than success that the caller is meant to see. */
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

/** When to come back after a fault that may pass quickly. */
const RETRY_AFTER_SECONDS = 1;

/** Nothing has happened; asking again is safe. */
export function serviceUnavailable(message: string, cause?: unknown): ApiError {
  return new ApiError('SERVICE_UNAVAILABLE', message, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}

/** It may have happened; asking again with the same Idempotency-Key tells. */
export function outcomeUnknown(cause?: unknown): ApiError {
  return new ApiError(
    'OUTCOME_UNKNOWN',
    'The connection was lost while the change was being saved. Ask again with the same ' +
      'Idempotency-Key to learn what became of it',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  );
}
