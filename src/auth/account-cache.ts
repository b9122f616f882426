import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { BatchedReader } from '../database/batched-reader';
import type { Role } from '../domain/rights';

/**
 * How long another process may go on honouring what was changed here: a second, less what a busy
 * event loop may add to it.
 */
const LIFETIME_MS = 900;
/** Accounts remembered at the same time. */
const REMEMBERED_MAX = 50_000;

/** What every request with a token needs to know of its account. */
export interface Account {
  readonly id: number;
  readonly role: Role;
  readonly tokenVersion: number;
}

/**
 * Looks accounts up for authentication, and remembers them for a second at the most. Whoever changes
 * an account calls `forget` after the commit; then this process knows at once.
 */
export class AccountCache {
  readonly #remembered = new LRUCache<number, Account>({ max: REMEMBERED_MAX, ttl: LIFETIME_MS });
  readonly #reader: BatchedReader<number, Account>;
  /** Grows with each `forget`: what was read before may be out of date. */
  #changes = 0;

  constructor(private readonly database: Database) {
    this.#reader = new BatchedReader((ids) => this.#load(ids));
  }

  /** Undefined where there is no such account any more. */
  async find(userId: number): Promise<Account | undefined> {
    return this.#remembered.get(userId) ?? (await this.#reader.read(userId));
  }

  forget(userId: number): void {
    this.#changes += 1;
    this.#remembered.delete(userId);
  }

  async #load(ids: readonly number[]): Promise<Map<number, Account>> {
    // Its second counts from when the query begins: what it misses was committed later.
    const start = performance.now();
    const changes = this.#changes;
    const rows = await findRows(this.database.models.User, {
      attributes: ['id', 'role', 'token_version'],
      where: { id: [...ids], deleted_at: null },
    });
    const accounts = new Map<number, Account>();
    for (const { id, role, token_version } of rows) {
      const account = { id, role, tokenVersion: token_version };
      accounts.set(id, account);
      if (changes === this.#changes) this.#remembered.set(id, account, { start });
    }
    return accounts;
  }
}
