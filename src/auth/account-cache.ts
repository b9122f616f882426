import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { BatchedReader } from '../database/batched-reader';
import type { Role } from '../domain/rights';

/**
 * How long other processes may still use an account as it was before a change here: one second,
 * minus what a busy event loop may add.
 */
const LIFETIME_MS = 900;
/** Most accounts in the cache. */
const REMEMBERED_MAX = 50_000;

/** What every request with a token needs from its account. */
export interface Account {
  readonly id: number;
  readonly role: Role;
  readonly tokenVersion: number;
}

/**
 * Looks up accounts for authentication and caches them for at most one second. Code that changes an
 * account calls `forget` after the commit, so that this process sees the change at once.
 */
export class AccountCache {
  readonly #remembered = new LRUCache<number, Account>({ max: REMEMBERED_MAX, ttl: LIFETIME_MS });
  readonly #reader: BatchedReader<number, Account>;
  /** Grows with each `forget`: a read that started before may be out of date. */
  #changes = 0;

  constructor(private readonly database: Database) {
    this.#reader = new BatchedReader((ids) => this.#load(ids));
  }

  /** Undefined if the account does not exist or was deleted. */
  async find(userId: number): Promise<Account | undefined> {
    return this.#remembered.get(userId) ?? (await this.#reader.read(userId));
  }

  forget(userId: number): void {
    this.#changes += 1;
    this.#remembered.delete(userId);
  }

  async #load(ids: readonly number[]): Promise<Map<number, Account>> {
    // The lifetime counts from the start of the query: changes that it misses were committed later.
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
