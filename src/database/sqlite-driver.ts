/**
 * SQLite for Sequelize, on top of libsql. Implements the part of node-sqlite3's callback interface
 * that Sequelize 6 calls, for its `dialectModule` option. See docs/adr/0005-embedded-sqlite.md.
 */
import Libsql from 'libsql';

type Callback = (this: Statement, error: Error | null, rows?: unknown[]) => void;
type Parameters = unknown[] | Record<string, unknown>;

/** How long a statement waits for another process's write lock. */
const BUSY_TIMEOUT_MS = 2_000;
/** Longest pause between two attempts to get the lock. */
const BUSY_RETRY_MAX_MS = 20;
/** How long opening blocks while another process opens or migrates the file. */
const OPEN_BUSY_TIMEOUT_MS = 5_000;
/** Most prepared statements kept per handle. */
const STATEMENT_CACHE_MAX = 200;
/** Longer statements are bulk inserts, which rarely repeat with the same number of rows. */
const CACHED_SQL_MAX_CHARACTERS = 2_000;

/** Sequelize checks the name of this class to return the ids of bulk inserts. */
class Statement {
  lastID = 0;
  changes = 0;
}

/** One open handle with its prepared statements. */
class Handle {
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();

  constructor(readonly filename: string) {
    this.#database = new Libsql(filename);
    this.#database.exec(`PRAGMA busy_timeout = ${String(OPEN_BUSY_TIMEOUT_MS)}`);
    this.#database.exec('PRAGMA journal_mode = WAL');
    this.#database.exec('PRAGMA synchronous = FULL');
    // From here on, JavaScript retries when busy: a blocking wait would stop the whole process.
    this.#database.exec('PRAGMA busy_timeout = 0');
  }

  prepare(sql: string): Libsql.Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    if (sql.length <= CACHED_SQL_MAX_CHARACTERS) {
      if (this.#statements.size >= STATEMENT_CACHE_MAX) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  get isInTransaction(): boolean {
    return this.#database.inTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

/**
 * Handles that no connection uses. Sequelize opens a connection for each transaction; without this
 * cache, each would open the file and prepare its statements again.
 */
const idleHandles = new Map<string, Handle[]>();

class Database {
  /** Set by Sequelize: the transaction that the connection serves. */
  uuid: string | undefined;
  #handle: Handle | undefined;

  constructor(
    readonly filename: string,
    _mode: number,
    opened: (error: Error | null) => void,
  ) {
    let error: Error | null = null;
    try {
      this.#handle = idleHandles.get(filename)?.pop() ?? new Handle(filename);
    } catch (cause) {
      error = cause as Error;
    }
    setImmediate(() => {
      opened(error);
    });
  }

  serialize(work: () => void): void {
    work();
  }

  run(sql: string, parameters?: Parameters | Callback, done?: Callback): this {
    return this.#call(sql, parameters, done);
  }

  all(sql: string, parameters?: Parameters | Callback, done?: Callback): this {
    return this.#call(sql, parameters, done);
  }

  close(done?: (error: Error | null) => void): void {
    if (this.#handle) keepOrClose(this.#handle);
    this.#handle = undefined;
    if (done) {
      setImmediate(() => {
        done(null);
      });
    }
  }

  #call(sql: string, parameters: Parameters | Callback | undefined, done?: Callback): this {
    if (typeof parameters === 'function') this.#attempt(sql, [], parameters, Date.now(), 1);
    else this.#attempt(sql, bind(parameters), done, Date.now(), 1);
    return this;
  }

  #attempt(
    sql: string,
    values: unknown[],
    done: Callback | undefined,
    since: number,
    pauseMs: number,
  ): void {
    const result = new Statement();
    try {
      const rows = this.#execute(sql, values, result);
      if (done) {
        setImmediate(() => {
          done.call(result, null, rows);
        });
      }
    } catch (error) {
      if (isBusy(error) && Date.now() - since < BUSY_TIMEOUT_MS) {
        setTimeout(() => {
          this.#attempt(sql, values, done, since, Math.min(pauseMs * 2, BUSY_RETRY_MAX_MS));
        }, pauseMs);
        return;
      }
      if (isBusy(error)) (error as { code?: string }).code = 'SQLITE_BUSY';
      if (done) {
        setImmediate(() => {
          done.call(result, error as Error);
        });
      }
    }
  }

  #execute(sql: string, values: unknown[], result: Statement): unknown[] {
    if (!this.#handle) throw new Error('The SQLite connection is closed');
    const statement = this.#handle.prepare(sql);
    if (statement.reader) return statement.all(...values);
    const { lastInsertRowid, changes } = statement.run(...values);
    result.lastID = Number(lastInsertRowid);
    result.changes = changes;
    return [];
  }
}

/** Keeps the handle. If it has an open transaction, closes it, which rolls the transaction back. */
function keepOrClose(handle: Handle): void {
  if (handle.isInTransaction) {
    handle.close();
    return;
  }
  const idle = idleHandles.get(handle.filename) ?? [];
  idle.push(handle);
  idleHandles.set(handle.filename, idle);
}

function bind(parameters: Parameters | undefined): unknown[] {
  if (!parameters) return [];
  if (Array.isArray(parameters)) return parameters.length > 0 ? [parameters.map(toSqlite)] : [];
  const entries = Object.entries(parameters);
  if (entries.length === 0) return [];
  return [
    Object.fromEntries(
      entries.map(([name, value]) => [name.replace(/^[$:@]/, ''), toSqlite(value)]),
    ),
  ];
}

/** libsql 0.5 aborts the whole process on a boolean, and rejects dates and undefined. */
function toSqlite(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.getTime();
  return value;
}

function isBusy(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === 'SQLITE_BUSY' || /database is locked/.test(message ?? '');
}

/** Closes the idle handles of a file. Connections in use keep theirs. */
export function closeIdleHandles(filename: string): void {
  for (const handle of idleHandles.get(filename) ?? []) handle.close();
  idleHandles.delete(filename);
}

export const sqliteDriver = { Database, OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4 };
