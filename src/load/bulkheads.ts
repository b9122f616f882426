import { Bulkhead } from './bulkhead';
import type { ConnectionShares } from './connection-shares';

/** Kinds of work that hold a database connection while a handler runs. */
export type Share = 'shortReads' | 'longReads' | 'accounts' | 'deletions';

export type Bulkheads = Readonly<Record<Share, Bulkhead>>;

/** Reads of one row: answered within milliseconds, so a longer queue is still served in time. */
const SHORT_READS = { waitingMax: 500, waitLimitMs: 1_500, message: 'Too many reads at once' };
/** Lists and reports: refused quickly, because each may take long. */
const LONG_READS = { waitingMax: 100, waitLimitMs: 1_000, message: 'Too many lists at once' };
/** Writes to accounts; passwords are hashed outside of it. */
const ACCOUNTS = {
  waitingMax: 500,
  waitLimitMs: 4_000,
  message: 'Too many changes of accounts at once',
};
/** Each may concern very many tickets, and is worth waiting for. */
const DELETIONS = { waitingMax: 100, waitLimitMs: 4_000, message: 'Too many deletions at once' };

/**
 * Gives each kind of work its share of the connections.
 *
 * @param isOverloaded while it returns true, long reads are refused
 */
export function createBulkheads(shares: ConnectionShares, isOverloaded: () => boolean): Bulkheads {
  return {
    shortReads: new Bulkhead({ ...SHORT_READS, concurrent: shares.shortReads }),
    longReads: new Bulkhead({
      ...LONG_READS,
      concurrent: shares.longReads,
      isClosed: isOverloaded,
    }),
    accounts: new Bulkhead({ ...ACCOUNTS, concurrent: shares.accounts }),
    deletions: new Bulkhead({ ...DELETIONS, concurrent: shares.deletions }),
  };
}
