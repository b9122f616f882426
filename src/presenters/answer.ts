import type { Page } from '../services/pages';

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

/** The JSON body of an answer. */
export function envelopeOf({ status, message, data, meta }: Answer): object {
  return meta === undefined
    ? { statusCode: status, message, data }
    : { statusCode: status, message, data, meta };
}
