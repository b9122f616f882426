/** How many of a process's database connections each kind of work may hold at the same time. */
export interface ConnectionShares {
  /** Transactions of the executor. */
  readonly batches: number;
  /** Batched reads: accounts, events, people's places. Each kind holds one connection at a time. */
  readonly batchedReads: number;
  readonly shortReads: number;
  readonly longReads: number;
  /** Writes to accounts, and new events. */
  readonly accounts: number;
  /** Deletions of accounts: each holds one connection until all its tickets are given back. */
  readonly deletions: number;
  /** Housekeeping and the watch over the counters. */
  readonly background: number;
  readonly health: number;
}

/** Kinds of batched reads. */
const BATCHED_READS = 3;
/** Each kind of read gets one connection more for so many in the pool. */
const CONNECTIONS_PER_READ = 24;
/** A pool of this size has a second connection for accounts. */
const LARGE_POOL = 16;

/**
 * Divides a pool. Together the shares are no more than the pool, if it has at least 10 connections;
 * in a smaller one the kinds wait for each other in the pool. What is left over goes to batches.
 *
 * @param poolMax connections of the pool
 */
export function connectionShares(poolMax: number): ConnectionShares {
  const reads = 1 + Math.floor(poolMax / CONNECTIONS_PER_READ);
  const others = {
    batchedReads: BATCHED_READS,
    shortReads: reads,
    longReads: reads,
    accounts: poolMax < LARGE_POOL ? reads : reads + 1,
    deletions: 1,
    background: 1,
    health: 1,
  };
  const taken = Object.values(others).reduce((sum, share) => sum + share, 0);
  return { ...others, batches: Math.max(1, poolMax - taken) };
}

/** Connections of the inventory's thread, if it has one; the rest of the pool is the main thread's. */
export function threadConnections({ batches, deletions }: ConnectionShares): number {
  return batches + deletions;
}

/**
 * On SQLite one transaction writes at a time, and reads do not wait for connections; the shares only
 * bound how much of the process each kind may take.
 */
export const SQLITE_SHARES: ConnectionShares = {
  batches: 1,
  batchedReads: BATCHED_READS,
  shortReads: 4,
  longReads: 2,
  accounts: 4,
  deletions: 16,
  background: 1,
  health: 1,
};
