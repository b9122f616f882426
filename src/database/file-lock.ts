import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Libsql from 'libsql';

/**
 * A lock that a process holds by a file. It is SQLite's own lock on an empty database, so the
 * system frees it when the process ends, however it ends.
 */
export class FileLock {
  private constructor(private readonly database: Libsql.Database) {}

  /** Undefined where another process holds it. */
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
 * Keeps a database file for one server process.
 *
 * @throws Error saying what to do, when another process serves the file
 */
export function lockForServing(storage: string): FileLock {
  const lock = FileLock.tryAcquire(`${storage}.lock`);
  if (lock) return lock;
  throw new Error(
    `Another server process uses ${storage}: on SQLite one process serves a file. ` +
      'Stop it, give this one another DB_STORAGE, or use MySQL for several processes',
  );
}
