import { serviceUnavailable } from '../errors/api-error';

/** Keys in one query. */
const BATCH_KEYS_MAX = 500;
/** Reads that may wait, so that a slow database can't pile them up without end. */
const WAITING_MAX = 10_000;

interface Waiting<Row> {
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads that wait at the same moment share one query. It begins after the youngest of them has
 * arrived, so none gets to see less than if it had asked alone: grouped, but never stale.
 */
export class BatchedReader<Key, Row> {
  #waiting = new Map<Key, Waiting<Row>[]>();
  #waitingCount = 0;
  #isReading = false;

  /** @param load rows by key, for as many of the keys as there are */
  constructor(private readonly load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Row>>) {}

  /**
   * @throws ApiError SERVICE_UNAVAILABLE when too many reads wait already
   * @throws whatever `load` throws
   */
  async read(key: Key): Promise<Row | undefined> {
    if (this.#waitingCount >= WAITING_MAX) throw serviceUnavailable('Too many reads are waiting');
    return new Promise((resolve, reject) => {
      const others = this.#waiting.get(key);
      if (others) others.push({ resolve, reject });
      else this.#waiting.set(key, [{ resolve, reject }]);
      this.#waitingCount += 1;
      if (!this.#isReading) void this.#readAll();
    });
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    while (this.#waiting.size > 0) await this.#readBatch(this.#takeBatch());
    this.#isReading = false;
  }

  #takeBatch(): ReadonlyMap<Key, Waiting<Row>[]> {
    const group = new Map([...this.#waiting].slice(0, BATCH_KEYS_MAX));
    for (const [key, waiting] of group) {
      this.#waiting.delete(key);
      this.#waitingCount -= waiting.length;
    }
    return group;
  }

  async #readBatch(group: ReadonlyMap<Key, Waiting<Row>[]>): Promise<void> {
    try {
      const rows = await this.load([...group.keys()]);
      for (const [key, waiting] of group) {
        for (const { resolve } of waiting) resolve(rows.get(key));
      }
    } catch (error) {
      for (const waiting of group.values()) for (const { reject } of waiting) reject(error);
    }
  }
}
