import { STATUS_OF, type ErrorCode } from './error-codes';

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
    return STATUS_OF[this.code];
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
export function serviceUnavailable(message: string, cause?: unknown): ApiError {
  return new ApiError('SERVICE_UNAVAILABLE', message, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}

/** The change may have been saved; a retry with the same Idempotency-Key returns the outcome. */
export function outcomeUnknown(cause?: unknown): ApiError {
  return new ApiError(
    'OUTCOME_UNKNOWN',
    'The connection was lost while the change was being saved. Retry with the same ' +
      'Idempotency-Key to learn the outcome',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  );
}
