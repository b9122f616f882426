import { serviceUnavailable } from '../errors/api-error';

export interface BulkheadOptions {
  /** How much may run at the same time. */
  readonly concurrent: number;
  /** How much may wait for its turn. */
  readonly waitingMax: number;
  /** How long it may wait. */
  readonly waitLimitMs: number;
  /** What a caller beyond these limits is answered. */
  readonly message: string;
  /** When a refused caller may ask again; by default in a second. */
  readonly retryAfterSeconds?: number;
  /** While it returns true, nothing is admitted. */
  readonly isClosed?: () => boolean;
  /** Called for each refusal. */
  readonly onRefusal?: () => void;
}

interface Waiting {
  readonly admit: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Bounds one kind of work, so that a flood of it is refused by itself and takes nothing from other
 * kinds. Admits in the order of arrival.
 */
export class Bulkhead {
  readonly #options: BulkheadOptions;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  constructor(options: BulkheadOptions) {
    this.#options = options;
  }

  /** @throws ApiError SERVICE_UNAVAILABLE if too much waits, it waits too long, or all is closed */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.requireRoom();
    if (this.#running < this.#options.concurrent) this.#running += 1;
    else await this.#waitForTurn();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /**
   * Refuses what `run` would refuse at once, so that the refusal costs next to nothing.
   *
   * @throws ApiError SERVICE_UNAVAILABLE if too much waits, or all is closed
   */
  requireRoom(): void {
    const isFull = this.#waiting.size >= this.#options.waitingMax;
    if (isFull || this.#options.isClosed?.()) throw this.#refusal();
  }

  #waitForTurn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(this.#refusal());
      }, this.#options.waitLimitMs);
      const waiting: Waiting = { admit: resolve, timer };
      this.#waiting.add(waiting);
    });
  }

  /** Hands its turn to the next in line. */
  #leave(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    clearTimeout(next.timer);
    next.admit();
  }

  #refusal(): Error {
    const { message, retryAfterSeconds, onRefusal } = this.#options;
    onRefusal?.();
    return serviceUnavailable(message, undefined, retryAfterSeconds);
  }
}
