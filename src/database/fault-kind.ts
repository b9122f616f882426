import { ConnectionAcquireTimeoutError, ConnectionError } from 'sequelize';
import {
  DENIED_ERRNOS,
  ER_LOCK_WAIT_TIMEOUT,
  isRefusedCommit,
  kindOfErrno,
  type FaultKind,
} from './server-errors';

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

/** A server that rejects writes now, even from an account with every right. */
export class WrongServerError extends Error {
  constructor(node: string) {
    super(`The database server ${node} is not the one to write to`);
    this.name = 'WrongServerError';
  }
}

/** A server that owes an answer. Its connections may all be like this, so none of them is used again. */
export class SilentServerError extends Error {
  readonly code = 'PROTOCOL_CONNECTION_LOST';

  constructor(limitMs: number) {
    super(`The database did not respond for ${String(limitMs)} ms`);
    this.name = 'SilentServerError';
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
  const cause = driverErrorOf(error);
  if (cause instanceof WrongServerError || cause instanceof SilentServerError) {
    return 'wrong server';
  }
  const { errno, code = '' } = cause;
  const kind = errno === undefined ? undefined : kindOfErrno(errno);
  if (kind !== undefined) return kind;
  // All connections are in use. Those who wait have waited long enough.
  if (error instanceof ConnectionAcquireTimeoutError) return 'unavailable';
  if (isConnectionLost(error)) return 'not now';
  if (error instanceof ConnectionError) return 'unavailable';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'conflict';
  if (/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOMEM)/.test(code)) return 'unavailable';
  if (code.startsWith('SQLITE_CONSTRAINT')) return 'constraint';
  return 'unknown';
}

/** Whether the database, not the request or this program, is the reason. */
export function isDatabaseFault(error: unknown): boolean {
  const kind = faultKind(error);
  return kind !== 'constraint' && kind !== 'unknown';
}

/** Whether the same on another connection may succeed soon. */
export function mayPassSoon(error: unknown): boolean {
  const kind = faultKind(error);
  return kind === 'wrong server' || kind === 'not now';
}

/**
 * Whether a change may have been saved although its COMMIT failed with this error. It was not if the
 * COMMIT lost a conflict, or was refused before it began.
 */
export function maySave(error: unknown): boolean {
  if (isConnectionLost(error)) return true;
  if (error instanceof WriteConflictError) return false;
  const { errno, code = '' } = driverErrorOf(error);
  if (errno !== undefined && isRefusedCommit(errno)) return false;
  return !/^SQLITE_(FULL|BUSY|LOCKED)/.test(code);
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
