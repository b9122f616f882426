import { setImmediate as nextTurn } from 'node:timers/promises';
import { serviceUnavailable } from '../errors/api-error';

/**
 * Callers that get their answers in one turn of the event loop. What each then does would otherwise
 * keep everything else waiting, bookings too.
 */
const ANSWERED_IN_TURN = 16;
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
    let answer: (key: Key, waiting: Waiting<Row>) => void;
    try {
      const rows = await this.load([...batch.keys()]);
      answer = (key, { resolve }) => {
        resolve(rows.get(key));
      };
    } catch (error) {
      answer = (_key, { reject }) => {
        reject(error);
      };
    }
    let answered = 0;
    for (const [key, waiting] of batch) {
      for (const one of waiting) {
        if (answered > 0 && answered % ANSWERED_IN_TURN === 0) await nextTurn();
        answer(key, one);
        answered += 1;
      }
    }
  }
}
