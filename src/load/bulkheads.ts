import { Bulkhead, type BulkheadOptions } from './bulkhead';
import type { ConnectionShares } from './connection-shares';

/** Kinds of work that hold a database connection while they run. */
export type Share = 'shortReads' | 'longReads' | 'accounts' | 'deletions' | 'background';

export type Bulkheads = Readonly<Record<Share, Bulkhead>>;

type BulkheadLimits = Omit<BulkheadOptions, 'concurrent' | 'onRefusal'>;

interface LoadSigns {
  /** While it returns true, long reads are refused. */
  readonly isOverloaded: () => boolean;
  /** Called for each refusal. */
  readonly onRefusal: (share: Share) => void;
}

/** Reads of one row: answered within milliseconds, so a longer queue is still served in time. */
const SHORT_READS = { waitingMax: 500, waitLimitMs: 1_500, message: 'Too many reads at once' };
/** Lists and reports: refused quickly, because each may take long. */
const LONG_READS = { waitingMax: 100, waitLimitMs: 1_000, message: 'Too many lists at once' };
/** Writes to accounts, and new events; passwords are hashed outside of it. */
const ACCOUNTS = {
  waitingMax: 500,
  waitLimitMs: 4_000,
  message: 'Too many changes of accounts, or new events, at once',
};
/** Each may concern very many tickets, and is worth waiting for. */
const DELETIONS = { waitingMax: 100, waitLimitMs: 4_000, message: 'Too many deletions at once' };
/** Nobody waits for it: each job waits for the longest of the others. */
const BACKGROUND = { waitingMax: 10, waitLimitMs: 120_000, message: 'Too many jobs at once' };

/** Gives each kind of work its share of the connections. */
export function createBulkheads(
  shares: ConnectionShares,
  { isOverloaded, onRefusal }: LoadSigns,
): Bulkheads {
  const create = (share: Share, limits: BulkheadLimits): Bulkhead =>
    new Bulkhead({
      ...limits,
      concurrent: shares[share],
      onRefusal: () => {
        onRefusal(share);
      },
    });
  return {
    shortReads: create('shortReads', SHORT_READS),
    longReads: create('longReads', { ...LONG_READS, isClosed: isOverloaded }),
    accounts: create('accounts', ACCOUNTS),
    deletions: create('deletions', DELETIONS),
    background: create('background', BACKGROUND),
  };
}
