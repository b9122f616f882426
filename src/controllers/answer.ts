import { Replay, type IdempotentRequest, type StoredAnswer } from '../inventory/idempotency';
import type { Page } from '../services/pages';
import type { ApiRequest } from './request';

/** A successful result, before it is wrapped in the envelope. */
export interface Answer {
  readonly status: 200 | 201;
  readonly message: string;
  readonly data: unknown;
  readonly meta?: { readonly limit: number; readonly next: string | null };
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(message: string, data: unknown): Answer {
  return { status: 200, message, data };
}

export function created(message: string, data: unknown): Answer {
  return { status: 201, message, data };
}

export function pageAnswer<Row>(
  message: string,
  { limit }: { readonly limit: number },
  page: Page<Row>,
  present: (row: Row) => object,
): Answer {
  return {
    ...ok(
      message,
      page.rows.map((row) => present(row)),
    ),
    meta: { limit, next: page.next },
  };
}

/** The JSON body of an answer, as sent and as stored for a replay. */
export function envelopeOf({ status, message, data, meta }: Answer): object {
  return meta === undefined
    ? { statusCode: status, message, data }
    : { statusCode: status, message, data, meta };
}

/**
 * Answers a request that may carry an Idempotency-Key. With a key, the answer is built and
 * stored in the transaction of the effect; a repeated request gets the stored answer.
 */
export async function idempotently<Result extends object>(
  { idempotencyKey }: ApiRequest,
  present: (result: Result) => Answer,
  work: (idempotent: IdempotentRequest<Result> | undefined) => Promise<Result | Replay>,
): Promise<Answer | Replay> {
  const answer = (result: Result): StoredAnswer => {
    const presented = present(result);
    return { status: presented.status, body: JSON.stringify(envelopeOf(presented)) };
  };
  const result = await work(idempotencyKey && { ...idempotencyKey, answer });
  return result instanceof Replay ? result : present(result);
}
