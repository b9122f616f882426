import { serviceUnavailable } from '../errors/api-error';

/** Most keys in one query. */
const BATCH_KEYS_MAX = 500;
/** Most reads that may wait, so that a slow database can't pile them up without limit. */
const WAITING_MAX = 10_000;

interface Waiting<Row> {
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads that wait at the same time share one query. The query starts after the last of them has
 * arrived, so no read returns older data than a query of its own would.
 */
export class BatchedReader<Key, Row> {
  #waiting = new Map<Key, Waiting<Row>[]>();
  #waitingCount = 0;
  #isReading = false;

  /** @param load loads rows by key and leaves out keys that do not exist */
  constructor(private readonly load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Row>>) {}

  /**
   * @throws ApiError SERVICE_UNAVAILABLE if too many reads are already waiting
   * @throws any error that `load` throws
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
    const batch = new Map([...this.#waiting].slice(0, BATCH_KEYS_MAX));
    for (const [key, waiting] of batch) {
      this.#waiting.delete(key);
      this.#waitingCount -= waiting.length;
    }
    return batch;
  }

  async #readBatch(batch: ReadonlyMap<Key, Waiting<Row>[]>): Promise<void> {
    try {
      const rows = await this.load([...batch.keys()]);
      for (const [key, waiting] of batch) {
        for (const { resolve } of waiting) resolve(rows.get(key));
      }
    } catch (error) {
      for (const waiting of batch.values()) for (const { reject } of waiting) reject(error);
    }
  }
}
