import { validationFailed } from '../errors/api-error';

/** One page of a list, keyed by its last row: inserts and deletes do not shift the next page. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** The sort key in a cursor: one whole number for each column the list is ordered by. */
export type SortKey = readonly number[];

/**
 * @param length the number of columns in the list's sort key
 * @returns the sort key after which the page starts; undefined for the first page
 * @throws ApiError VALIDATION_FAILED if the cursor was not issued here
 */
export function readCursor({ after }: PageRequest, length: number): SortKey | undefined {
  if (after === undefined) return undefined;
  const key = parse(after);
  if (!Array.isArray(key) || key.length !== length || !key.every(Number.isSafeInteger)) {
    throw validationFailed({
      field: 'after',
      message: 'after must be the next value of a previous page',
    });
  }
  return key as SortKey;
}

/**
 * @param rows up to one more than the page holds; the extra row shows that there is a next page
 */
export function pageOf<Row>(
  rows: readonly Row[],
  { limit }: PageRequest,
  keyOf: (row: Row) => SortKey,
): Page<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { rows: page, next: hasMore ? writeCursor(keyOf(last)) : null };
}

function writeCursor(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
