import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from '../factories/people';
import type { History, RecordedAnswer } from './history';

interface LoadOptions {
  readonly people: readonly Person[];
  readonly eventIds: readonly number[];
  /** How many ask at the same time, each again as soon as it is answered. */
  readonly clients: number;
}

/** How long a client waits when nobody was there or it was told to come back. */
const BACK_OFF_MS = 25;

/** People who book, cancel and join without a pause until they are told to stop. */
export class Load {
  #isStopping = false;
  #turn = 0;
  readonly #clients: Promise<void>[];

  constructor(
    private readonly history: History,
    private readonly options: LoadOptions,
  ) {
    this.#clients = Array.from({ length: options.clients }, () => this.#run());
  }

  /** Lets everyone have their last answer. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#clients);
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const answer = await this.#ask();
      if (answer === null || answer.status === 503) await pause(BACK_OFF_MS);
    }
  }

  #ask(): Promise<RecordedAnswer | null> {
    const turn = this.#turn++;
    const { people, eventIds } = this.options;
    const person = people[(turn * 7) % people.length]!;
    const eventId = eventIds[turn % eventIds.length]!;
    const key = randomUUID();
    switch (turn % 6) {
      case 0:
        return this.history.book(person, eventId, { key, quantity: 1 + (turn % 4) });
      case 1:
        return this.history.cancelHeld(person, eventId, { key });
      case 2:
        return this.history.join(person, eventId, { key });
      case 3: {
        const guest = people[(turn * 7 + 1) % people.length]!;
        return this.history.book(person, eventId, { key, guests: [guest] });
      }
      default:
        return this.history.book(person, eventId, { key });
    }
  }
}
