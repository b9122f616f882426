interface Port {
  postMessage(messages: unknown): void;
}

/** Sends all messages of one turn of the event loop together: a message wakes the other thread once. */
export class Outbox<Message> {
  #waiting: Message[] = [];

  constructor(private readonly port: Port) {}

  add(message: Message): void {
    this.#waiting.push(message);
    if (this.#waiting.length > 1) return;
    setImmediate(() => {
      this.port.postMessage(this.takeUnsent());
    });
  }

  takeUnsent(): Message[] {
    const unsent = this.#waiting;
    this.#waiting = [];
    return unsent;
  }
}
