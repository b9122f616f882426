/** What a process has opened, and how to close each part: the latest first. */
export class Closers {
  readonly #closers: (() => void | Promise<void>)[] = [];

  /** @param close what to do when the process stops, before everything that was added earlier */
  add(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  /**
   * Closes everything, each part even if another one failed.
   *
   * @throws the first error
   */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
