import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Libsql from 'libsql';

/**
 * A lock on a file that one process holds. It is SQLite's own lock on an empty database, so the
 * operating system releases it when the process ends for any reason.
 */
export class FileLock {
  private constructor(private readonly database: Libsql.Database) {}

  /** Returns undefined if another process holds the lock. */
  static tryAcquire(file: string): FileLock | undefined {
    mkdirSync(path.dirname(file), { recursive: true });
    const database = new Libsql(file);
    try {
      database.exec('BEGIN EXCLUSIVE');
      return new FileLock(database);
    } catch (error) {
      database.close();
      if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined;
      throw error;
    }
  }

  release(): void {
    this.database.close();
  }
}

/**
 * Reserves a database file for one server process.
 *
 * @throws Error with instructions if another process serves the file
 */
export function lockForServing(storage: string): FileLock {
  const lock = FileLock.tryAcquire(`${storage}.lock`);
  if (lock) return lock;
  throw new Error(
    `Another server process uses ${storage}: only one process can serve an SQLite file. ` +
      'Stop it, set another DB_STORAGE for this one, or use MySQL to run several processes',
  );
}
