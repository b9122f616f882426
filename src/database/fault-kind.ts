import { ConnectionError } from 'sequelize';

/**
 * How to handle a database error:
 * - `conflict`: the transaction lost against another; retry it as a whole;
 * - `unavailable`: the database can't do it now; the transaction leaves nothing behind;
 * - `constraint`: the data violates a rule of the schema;
 * - `unknown`: none of these, so a bug in this program.
 */
export type FaultKind = 'conflict' | 'unavailable' | 'constraint' | 'unknown';

const ER_LOCK_WAIT_TIMEOUT = 1205;

/** Deadlock, lock wait timeout, MariaDB's "record has changed", and TiDB's write conflicts. */
const CONFLICT_ERRNOS = new Set([1213, ER_LOCK_WAIT_TIMEOUT, 1020, 8002, 8022, 9007]);

/** Access denied: to the server, the database, a table, a column, an operation, a routine. */
const DENIED_ERRNOS = new Set([1045, 1044, 1142, 1143, 1227, 1370]);

const UNAVAILABLE_ERRNOS = new Set([
  // Too many connections, or the server is shutting down.
  1040, 1203, 1226, 1053, 1077, 1079, 1129, 1130,
  // Read-only, disk full, table full, storage engine in trouble.
  1290, 1792, 1836, 3, 28, 1021, 1026, 1030, 1114, 1180,
  // Interrupted, killed, or network failure.
  1158, 1159, 1160, 1161, 1317, 1927, 1969, 2002, 2003, 2006, 2013, 3024,
]);

const CONSTRAINT_ERRNOS = new Set([
  // Unique key, foreign key, CHECK (MySQL and MariaDB), NULL, and values that don't fit the column.
  1062, 1451, 1452, 3819, 4025, 1048, 1264, 1366, 1406,
  // SIGNAL in a trigger: a rule that the operator added.
  1644,
]);

const LOST_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** A guarded write did not find the row as it was read under the lock. */
export class WriteConflictError extends Error {
  constructor(affected: number, expected: number) {
    super(`A guarded write changed ${String(affected)} rows instead of ${String(expected)}`);
    this.name = 'WriteConflictError';
  }
}

/** The lock wait for accounts timed out: another transaction holds at least one of their rows. */
export class HeldAccountsError extends Error {
  constructor(cause: unknown) {
    super('Another transaction holds one of the accounts', { cause });
    this.name = 'HeldAccountsError';
  }
}

/** The driver's error beneath Sequelize's. */
interface DriverError {
  readonly errno?: number;
  readonly code?: string;
  readonly fatal?: boolean;
  readonly message?: string;
}

function driverErrorOf(error: unknown): DriverError {
  const { parent } = error as { parent?: unknown };
  return (parent ?? error) as DriverError;
}

/** Classifies an error of any of the databases or their drivers. */
export function faultKind(error: unknown): FaultKind {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof WriteConflictError || error instanceof HeldAccountsError) return 'conflict';
  if (error instanceof ConnectionError || isConnectionLost(error)) return 'unavailable';
  const { errno, code = '' } = driverErrorOf(error);
  if (errno !== undefined) {
    if (CONFLICT_ERRNOS.has(errno)) return 'conflict';
    if (UNAVAILABLE_ERRNOS.has(errno) || DENIED_ERRNOS.has(errno)) return 'unavailable';
    if (CONSTRAINT_ERRNOS.has(errno)) return 'constraint';
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'conflict';
  if (/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOMEM)/.test(code)) return 'unavailable';
  if (code.startsWith('SQLITE_CONSTRAINT')) return 'constraint';
  return 'unknown';
}

/** Whether the connection broke, so that the effect of the last statement is unknown. */
export function isConnectionLost(error: unknown): boolean {
  const { code = '', fatal, message = '' } = driverErrorOf(error);
  return fatal === true || LOST_CODES.has(code) || /closed state/.test(message);
}

/** Whether waiting for a row or table lock timed out. */
export function isLockWait(error: unknown): boolean {
  return driverErrorOf(error).errno === ER_LOCK_WAIT_TIMEOUT;
}

/** Whether the connection lacks rights, possibly until it is closed. */
export function isDenied(error: unknown): boolean {
  return DENIED_ERRNOS.has(driverErrorOf(error).errno ?? 0);
}

/** Whether a unique key rejected the row. MySQL names the `key`, SQLite names its `columns`. */
export function violatesUnique(error: unknown, key: string, columns: readonly string[]): boolean {
  if (faultKind(error) !== 'constraint') return false;
  const { errno, code = '', message = '' } = driverErrorOf(error);
  if (errno === 1062) return message.includes(key);
  return (
    code.startsWith('SQLITE_CONSTRAINT') && columns.every((column) => message.includes(column))
  );
}
