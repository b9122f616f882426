/** The order in which units write on SQLite, which has one writer at a time. */
export interface WriteTurns {
  /**
   * Waits for a turn.
   *
   * @returns a function that ends the turn; it must be called, whatever happens
   */
  take(): Promise<() => void>;
}

/** Turns in the order of arrival. */
export class QueuedTurns implements WriteTurns {
  #last: Promise<unknown> = Promise.resolve();

  take(): Promise<() => void> {
    let end!: () => void;
    const hasEnded = new Promise<void>((resolve) => {
      end = resolve;
    });
    const turn = this.#last.then(() => end);
    this.#last = turn.then(() => hasEnded);
    return turn;
  }
}
