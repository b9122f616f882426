import { setTimeout as pause } from 'node:timers/promises';
import { Transaction, type Sequelize } from 'sequelize';
import type { Bulkhead } from '../load/bulkhead';
import { outcomeUnknown, serviceUnavailable } from '../errors/api-error';
import type { WarningLog } from '../observability/logger';
import {
  faultKind,
  isConnectionLost,
  isDatabaseFault,
  isDenied,
  mayPassSoon,
  maySave,
} from './fault-kind';
import { breakConnection } from './mysql-connection';
import { OrphanReaper } from './orphan-reaper';
import { sessionOf } from './server-session';
import type { WriteTurns } from './write-turns';
import { RERUN_PAUSE_MS } from './writer-connections';

declare const openTransaction: unique symbol;

/**
 * An open transaction. Only `UnitOfWork` creates one, and every function that must run inside a
 * transaction requires one.
 */
export type Tx = Transaction & { readonly [openTransaction]: true };

/** Default time limit of a unit, including pool wait, lock waits and retries. */
export const DEFAULT_UNIT_LIMIT_MS = 4_000;
/** Most runs of one unit, the first included, before a conflict is answered with 503. */
const MAX_TRIES = 3;
/** A unit with less time left than this is not retried, because it could not finish. */
const RETRY_NEEDS_MS = 1_000;
/** How long a unit waits for a server that takes writes, from its first failure on. */
const WRITER_WAIT_MAX_MS = 3_000;
/** Longest pause before the first retry; it doubles with each further retry. */
const RETRY_PAUSE_MS = 20;

interface UnitOptions {
  /** Time on the `performance.now()` clock by which the unit has succeeded or failed. */
  readonly deadline?: number;
  /** Whether to throw a conflict unchanged instead of retrying the unit. */
  readonly throwsConflicts?: boolean;
  /** Called with the conflict before each retry; may change what the next run does. */
  readonly beforeRetry?: (conflict: unknown) => Promise<void>;
  /** It only locks and reads: if its COMMIT fails, nothing has changed either. */
  readonly changesNothing?: boolean;
}

/** Counts the retries. */
interface RetryMetrics {
  readonly transactionRetries: { inc(): void };
}

/** What runs units of work, in one share of the connections or another. */
export type Units = Pick<UnitOfWork, 'run'>;

/** The parts of Sequelize's transaction that are used here but missing from its types. */
interface TransactionInternals {
  readonly id: string;
  /** `uuid` is the id of the transaction that uses the connection. */
  readonly connection: object & { readonly uuid?: string };
  cleanup(): void;
  forceCleanup(): Promise<void>;
}

/**
 * The only place that opens transactions. A unit commits as a whole or leaves nothing behind, is
 * retried as a whole after a conflict, and ends by its deadline.
 */
export class UnitOfWork {
  readonly #sequelize: Sequelize;
  readonly #metrics: RetryMetrics;
  readonly #reaper: OrphanReaper;
  readonly #isSqlite: boolean;
  readonly #turns: WriteTurns;

  constructor(options: {
    sequelize: Sequelize;
    logger: WarningLog;
    metrics: RetryMetrics;
    /** On SQLite, shared by all that write to the file in this process. */
    turns: WriteTurns;
  }) {
    this.#sequelize = options.sequelize;
    this.#metrics = options.metrics;
    this.#turns = options.turns;
    this.#reaper = new OrphanReaper(options.sequelize, options.logger);
    this.#isSqlite = options.sequelize.getDialect() === 'sqlite';
  }

  /**
   * Runs `work` in a READ COMMITTED transaction (SQLite: BEGIN IMMEDIATE, one unit at a time).
   * `work` may run several times and must change nothing but the database.
   *
   * @throws ApiError SERVICE_UNAVAILABLE if the database can't do it in time: nothing has changed
   * @throws ApiError OUTCOME_UNKNOWN if the connection broke after COMMIT was sent, unless the unit
   * changes nothing
   * @throws any error that `work` throws, after a rollback
   */
  async run<T>(work: (tx: Tx) => Promise<T>, options: UnitOptions = {}): Promise<T> {
    const deadline = options.deadline ?? performance.now() + DEFAULT_UNIT_LIMIT_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        return await untilServed(
          () => this.#attempt(work, deadline, options.changesNothing),
          deadline,
        );
      } catch (error) {
        if (faultKind(error) !== 'conflict' || options.throwsConflicts) throw error;
        const waitMs = Math.random() * RETRY_PAUSE_MS * 2 ** (tries - 1);
        if (tries === MAX_TRIES || performance.now() + waitMs + RETRY_NEEDS_MS > deadline) {
          throw serviceUnavailable('Too many requests are changing the same data', error);
        }
        this.#metrics.transactionRetries.inc();
        await pause(waitMs);
        await options.beforeRetry?.(error);
      }
    }
  }

  /** The same units, but each holds a place in the share. The time limit includes the wait for it. */
  within(share: Bulkhead): Units {
    return {
      run: (work, options) => {
        const deadline = performance.now() + DEFAULT_UNIT_LIMIT_MS;
        return share.run(() => this.run(work, { deadline, ...options }));
      },
    };
  }

  /**
   * Runs reads on one consistent snapshot of the database.
   *
   * @throws ApiError SERVICE_UNAVAILABLE if the database can't do it
   */
  async readConsistently<T>(work: (tx: Tx) => Promise<T>, options: UnitOptions = {}): Promise<T> {
    const deadline = options.deadline ?? performance.now() + DEFAULT_UNIT_LIMIT_MS;
    const isolationLevel = this.#isSqlite
      ? undefined
      : Transaction.ISOLATION_LEVELS.REPEATABLE_READ;
    try {
      return await untilServed(
        () => this.#transact(work, deadline, { changesNothing: true, isolationLevel }),
        deadline,
      );
    } catch (error) {
      if (faultKind(error) === 'conflict') throw databaseUnavailable(error);
      throw error;
    }
  }

  async #attempt<T>(
    work: (tx: Tx) => Promise<T>,
    deadline: number,
    changesNothing = false,
  ): Promise<T> {
    if (!this.#isSqlite) return this.#transact(work, deadline, { changesNothing });
    const endTurn = await this.#turns.take();
    try {
      const type = Transaction.TYPES.IMMEDIATE;
      return await this.#transact(work, deadline, { changesNothing, type });
    } finally {
      endTurn();
    }
  }

  async #transact<T>(
    work: (tx: Tx) => Promise<T>,
    deadline: number,
    {
      changesNothing = false,
      ...options
    }: {
      type?: Transaction.TYPES;
      isolationLevel?: Transaction.ISOLATION_LEVELS;
      changesNothing?: boolean;
    },
  ): Promise<T> {
    if (performance.now() >= deadline) throw serviceUnavailable('The database is too busy');
    const transaction = await this.#sequelize.transaction(options);
    const tx = transaction as Tx;
    const watchdog = setTimeout(() => {
      this.#breakOff(tx);
    }, deadline - performance.now());
    let isCommitting = false;
    try {
      const result = await work(tx);
      isCommitting = !changesNothing;
      await this.#commit(tx);
      return result;
    } catch (error) {
      await this.#abort(tx, error);
      if (isCommitting && maySave(error)) throw outcomeUnknown(error);
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** Unlike Sequelize's own commit, leaves the connection to `#abort` if COMMIT fails. */
  async #commit(tx: Tx): Promise<void> {
    await this.#sequelize.getQueryInterface().commitTransaction(tx, {});
    internalsOf(tx).cleanup();
  }

  /** Ends a failed transaction: by ROLLBACK, or by dropping the connection if it is broken. */
  async #abort(tx: Tx, error: unknown): Promise<void> {
    const internals = internalsOf(tx);
    // After a deadlock, except at COMMIT, Sequelize has rolled back and released the connection.
    if (internals.connection.uuid !== internals.id) return;
    if (!isConnectionLost(error)) {
      try {
        await this.#sequelize.getQueryInterface().rollbackTransaction(tx, {});
        // A connection's rights are fixed when it is opened: the next one may have more. One that leads
        // to the wrong server always will.
        if (isDenied(error) || mayPassSoon(error)) await internals.forceCleanup();
        else internals.cleanup();
        return;
      } catch {
        // The first error is the one that matters; the connection is dropped below.
      }
    }
    if (this.#isSqlite) {
      internals.cleanup();
      return;
    }
    const session = sessionOf(internals.connection);
    await internals.forceCleanup();
    if (session) this.#reaper.reap(session);
  }

  /** Fails what the transaction waits for. SQLite's calls don't wait, so there is nothing to do. */
  #breakOff(tx: Tx): void {
    if (this.#isSqlite) return;
    const error = new Error('The transaction did not end in time');
    breakConnection(
      internalsOf(tx).connection,
      Object.assign(error, { code: 'PROTOCOL_CONNECTION_LOST' }),
    );
  }
}

function internalsOf(tx: Tx): TransactionInternals {
  return tx as unknown as TransactionInternals;
}

/**
 * Runs a transaction again, while there is time, if it failed because its server does not, or no longer,
 * take writes. It has surely changed nothing: what may have been saved is OUTCOME_UNKNOWN.
 *
 * @throws ApiError SERVICE_UNAVAILABLE if the database can't do it
 */
async function untilServed<T>(transact: () => Promise<T>, deadline: number): Promise<T> {
  let limit = Infinity;
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact();
    } catch (error) {
      const now = performance.now();
      limit = Math.min(limit, now + WRITER_WAIT_MAX_MS, deadline - RETRY_NEEDS_MS);
      if (!mayPassSoon(error) || now + RERUN_PAUSE_MS > limit) {
        if (faultKind(error) !== 'conflict' && isDatabaseFault(error)) {
          throw databaseUnavailable(error);
        }
        throw error;
      }
      if (tries > 1) await pause(RERUN_PAUSE_MS);
    }
  }
}

function databaseUnavailable(cause: unknown): Error {
  return serviceUnavailable('The database is not available', cause);
}
