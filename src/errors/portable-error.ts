import { ApiError, type FieldFault } from './api-error';
import type { ErrorCode } from './error-codes';

/** An error as plain data, for another thread. */
export interface PortableError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: PortableError | undefined;
  /** Only of an error that is meant for the caller. */
  readonly api?: {
    readonly code: ErrorCode;
    readonly details: readonly FieldFault[];
    readonly retryAfterSeconds: number | undefined;
    readonly headers: Readonly<Record<string, string>>;
  };
}

export function packError(error: unknown): PortableError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, cause: undefined };
  }
  const { name, message, stack, cause } = error;
  const plain = { name, message, stack, cause: cause === undefined ? undefined : packError(cause) };
  if (!(error instanceof ApiError)) return plain;
  const { code, details, retryAfterSeconds, headers } = error;
  return { ...plain, api: { code, details, retryAfterSeconds, headers } };
}

export function unpackError({ name, message, stack, cause, api }: PortableError): Error {
  const options = cause === undefined ? {} : { cause: unpackError(cause) };
  if (api) {
    const { code, retryAfterSeconds, ...shown } = api;
    const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return new ApiError(code, message, { ...shown, ...retry, ...options });
  }
  const error = new Error(message, options);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
