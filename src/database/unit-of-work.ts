import { setTimeout as pause } from 'node:timers/promises';
import { Transaction, type Sequelize } from 'sequelize';
import { outcomeUnknown, serviceUnavailable } from '../errors/api-error';
import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';
import { faultKind, isConnectionLost, isDenied } from './fault-kind';
import { OrphanReaper } from './orphan-reaper';

declare const openTransaction: unique symbol;

/**
 * A transaction that is open now. Only `UnitOfWork` makes one, and everything that must run inside
 * a transaction demands one.
 */
export type Tx = Transaction & { readonly [openTransaction]: true };

/** How long a unit may take unless it says otherwise: pool, lock waits, retries and all. */
export const DEFAULT_UNIT_LIMIT_MS = 4_000;
/** Runs of one unit, the first included, before a conflict is passed on as 503. */
const MAX_TRIES = 3;
/** With less time left than this, another run would only end later. */
const RETRY_NEEDS_MS = 1_000;
/** Longest pause before the second try; it doubles with each further one. */
const RETRY_PAUSE_MS = 20;

interface UnitOptions {
  /** Moment on the `performance.now()` clock by which the unit is over, one way or the other. */
  readonly deadline?: number;
  /** Whether a conflict is thrown as it is, instead of the unit being run again. */
  readonly throwsConflicts?: boolean;
  /** Told of a conflict before the unit is run again; may change what it will do then. */
  readonly beforeRetry?: (conflict: unknown) => Promise<void>;
}

/** What of Sequelize's transaction is used here, where its types are silent. */
interface TransactionInternals {
  readonly id: string;
  /** `uuid` is the id of the transaction that has the connection. */
  readonly connection: (MysqlConnection | object) & { readonly uuid?: string };
  cleanup(): void;
  forceCleanup(): Promise<void>;
}

interface MysqlConnection {
  readonly threadId: number;
  readonly stream: { destroy(error?: Error): void };
}

/**
 * The only place that opens transactions. A unit commits as a whole or leaves nothing behind, is
 * run again as a whole when it lost against another, and is over by its deadline.
 */
export class UnitOfWork {
  readonly #sequelize: Sequelize;
  readonly #metrics: Metrics;
  readonly #reaper: OrphanReaper;
  readonly #isSqlite: boolean;
  /** On SQLite, the end of the line of units that wait for their turn to write. */
  #sqliteTail: Promise<unknown> = Promise.resolve();

  constructor(options: { sequelize: Sequelize; logger: Logger; metrics: Metrics }) {
    this.#sequelize = options.sequelize;
    this.#metrics = options.metrics;
    this.#reaper = new OrphanReaper(options.sequelize, options.logger);
    this.#isSqlite = options.sequelize.getDialect() === 'sqlite';
  }

  /**
   * Runs `work` in a READ COMMITTED transaction (SQLite: BEGIN IMMEDIATE, one unit at a time).
   * `work` may run several times and must touch nothing but the database.
   *
   * @throws ApiError SERVICE_UNAVAILABLE when the database can't do it in time: nothing has happened
   * @throws ApiError OUTCOME_UNKNOWN when the connection broke after COMMIT was sent
   * @throws whatever `work` throws, after a rollback
   */
  async run<T>(work: (tx: Tx) => Promise<T>, options: UnitOptions = {}): Promise<T> {
    const deadline = options.deadline ?? performance.now() + DEFAULT_UNIT_LIMIT_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#attempt(work, deadline);
      } catch (error) {
        if (faultKind(error) === 'unavailable') {
          throw serviceUnavailable('The database is not available', error);
        }
        if (faultKind(error) !== 'conflict' || options.throwsConflicts) throw error;
        const waitMs = Math.random() * RETRY_PAUSE_MS * 2 ** (tries - 1);
        if (tries === MAX_TRIES || performance.now() + waitMs + RETRY_NEEDS_MS > deadline) {
          throw serviceUnavailable('Too many others are changing the same thing', error);
        }
        this.#metrics.transactionRetries.inc();
        await pause(waitMs);
        await options.beforeRetry?.(error);
      }
    }
  }

  /**
   * Runs reads that must agree with each other on one unchanging view of the database.
   *
   * @throws ApiError SERVICE_UNAVAILABLE when the database can't do it
   */
  async readConsistently<T>(work: (tx: Tx) => Promise<T>, options: UnitOptions = {}): Promise<T> {
    const deadline = options.deadline ?? performance.now() + DEFAULT_UNIT_LIMIT_MS;
    try {
      return await this.#transact(work, deadline, {
        isRead: true,
        isolationLevel: this.#isSqlite ? undefined : Transaction.ISOLATION_LEVELS.REPEATABLE_READ,
      });
    } catch (error) {
      const kind = faultKind(error);
      if (kind === 'unavailable' || kind === 'conflict') {
        throw serviceUnavailable('The database is not available', error);
      }
      throw error;
    }
  }

  #attempt<T>(work: (tx: Tx) => Promise<T>, deadline: number): Promise<T> {
    if (!this.#isSqlite) return this.#transact(work, deadline, {});
    const turn = this.#sqliteTail.then(() =>
      this.#transact(work, deadline, { type: Transaction.TYPES.IMMEDIATE }),
    );
    this.#sqliteTail = turn.catch(() => undefined);
    return turn;
  }

  async #transact<T>(
    work: (tx: Tx) => Promise<T>,
    deadline: number,
    {
      isRead = false,
      ...options
    }: {
      type?: Transaction.TYPES;
      isolationLevel?: Transaction.ISOLATION_LEVELS;
      /** It changes nothing: the outcome of its COMMIT is never unknown. */
      isRead?: boolean;
    },
  ): Promise<T> {
    if (performance.now() >= deadline) throw serviceUnavailable('The database is too busy');
    const startedAt = performance.now();
    const transaction = await this.#sequelize.transaction(options);
    const tx = transaction as Tx;
    const watchdog = setTimeout(() => {
      breakConnection(tx);
    }, deadline - performance.now());
    let isCommitting = false;
    try {
      const result = await work(tx);
      isCommitting = !isRead;
      await this.#commit(tx);
      return result;
    } catch (error) {
      await this.#giveBack(tx, error, startedAt);
      if (isCommitting && isOutcomeUnknown(error)) throw outcomeUnknown(error);
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** Unlike Sequelize's own commit, leaves the connection to us where COMMIT fails. */
  async #commit(tx: Tx): Promise<void> {
    await this.#sequelize.getQueryInterface().commitTransaction(tx, {});
    internalsOf(tx).cleanup();
  }

  /** Ends a failed transaction: by ROLLBACK where the connection still stands, else without it. */
  async #giveBack(tx: Tx, error: unknown, startedAt: number): Promise<void> {
    const internals = internalsOf(tx);
    // On a deadlock Sequelize itself rolls back and lets go of the connection, though not at COMMIT.
    if (internals.connection.uuid !== internals.id) return;
    if (!isConnectionLost(error)) {
      try {
        await this.#sequelize.getQueryInterface().rollbackTransaction(tx, {});
        // What a connection may do is settled when it is made: the next one may have more rights.
        if (isDenied(error)) await internals.forceCleanup();
        else internals.cleanup();
        return;
      } catch {
        // The first error is the one that matters; the connection goes below.
      }
    }
    if (this.#isSqlite) {
      internals.cleanup();
      return;
    }
    const { threadId } = internals.connection as MysqlConnection;
    await internals.forceCleanup();
    this.#reaper.reap(threadId, startedAt);
  }
}

function internalsOf(tx: Tx): TransactionInternals {
  return tx as unknown as TransactionInternals;
}

/** Fails whatever the transaction waits for. SQLite's calls don't wait, so there is nothing to do. */
function breakConnection(tx: Tx): void {
  const { connection } = internalsOf(tx);
  if (!('stream' in connection)) return;
  const error = new Error('The transaction did not end within its time');
  connection.stream.destroy(Object.assign(error, { code: 'PROTOCOL_CONNECTION_LOST' }));
}

/**
 * A COMMIT that lost a conflict or was refused left nothing behind. After any other failure, the
 * change may be there or not.
 */
function isOutcomeUnknown(error: unknown): boolean {
  if (isConnectionLost(error)) return true;
  const { errno, code } = (error as { parent?: { errno?: number; code?: string } }).parent ?? {};
  const isRefused = errno === ER_OPTION_PREVENTS_STATEMENT || code === 'SQLITE_FULL';
  return faultKind(error) !== 'conflict' && !isRefused;
}

/** COMMIT on a server that has become read-only. */
const ER_OPTION_PREVENTS_STATEMENT = 1290;
