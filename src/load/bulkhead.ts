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
  /** While it returns true, nothing is admitted. */
  readonly isClosed?: () => boolean;
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
    if (this.#options.isClosed?.()) throw this.#refusal();
    if (this.#running < this.#options.concurrent) this.#running += 1;
    else await this.#waitForTurn();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #waitForTurn(): Promise<void> {
    if (this.#waiting.size >= this.#options.waitingMax) throw this.#refusal();
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
    return serviceUnavailable(this.#options.message);
  }
}
