import { LRUCache } from 'lru-cache';
import { BatchedReader } from '../database/batched-reader';

/**
 * How long other processes may still use a value as it was before a change here: one second, minus what
 * a busy event loop may add.
 */
const LIFETIME_MS = 900;
/** Most values in one cache. */
const REMEMBERED_MAX = 50_000;

/**
 * Looks up what authentication needs, many at once, and remembers it for at most one second. Code that
 * changes a value calls `forget` after the commit, so that this process sees the change at once.
 */
export class ShortCache<Key extends number | string, Value extends object> {
  readonly #remembered = new LRUCache<Key, Value>({ max: REMEMBERED_MAX, ttl: LIFETIME_MS });
  readonly #reader: BatchedReader<Key, Value>;
  /** Grows with each `forget`: a read that started before may be out of date. */
  #changes = 0;

  /** @param load reads the values that exist, in one query */
  constructor(private readonly load: (keys: readonly Key[]) => Promise<Map<Key, Value>>) {
    this.#reader = new BatchedReader((keys) => this.#load(keys));
  }

  /** Undefined if there is no such value now. */
  async find(key: Key): Promise<Value | undefined> {
    return this.#remembered.get(key) ?? (await this.#reader.read(key));
  }

  forget(key: Key): void {
    this.#changes += 1;
    this.#remembered.delete(key);
  }

  async #load(keys: readonly Key[]): Promise<Map<Key, Value>> {
    // The lifetime counts from the start of the query: changes that it misses were committed later.
    const start = performance.now();
    const changes = this.#changes;
    const found = await this.load(keys);
    if (changes === this.#changes) {
      for (const [key, value] of found) this.#remembered.set(key, value, { start });
    }
    return found;
  }
}
