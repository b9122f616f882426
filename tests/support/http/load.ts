import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from '../../factories/people';
import type { History, RecordedAnswer } from '../history/history';

interface LoadOptions {
  readonly people: readonly Person[];
  readonly eventIds: readonly number[];
  /** How many clients send at the same time, each again as soon as it is answered. */
  readonly clients: number;
}

/** How long a client waits after no answer or a 503. */
const BACK_OFF_MS = 25;

/** Kinds of requests, some of which are more frequent. */
const KINDS = 6;

/** People who book, cancel and join without a pause until the load is stopped. */
export class Load {
  #isStopping = false;
  readonly #clients: Promise<void>[];

  constructor(
    private readonly history: History,
    private readonly options: LoadOptions,
  ) {
    this.#clients = Array.from({ length: options.clients }, () => this.#run());
  }

  /** Waits for the last answer of every client. */
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

  /** At random: in step, people would soon hold all tickets and never give any back. */
  #ask(): Promise<RecordedAnswer | null> {
    const { people, eventIds } = this.options;
    const person = oneOf(people);
    const eventId = oneOf(eventIds);
    const key = randomUUID();
    switch (Math.floor(Math.random() * KINDS)) {
      case 0:
        return this.history.book(person, eventId, {
          key,
          quantity: 1 + Math.floor(Math.random() * 4),
        });
      case 1:
      case 2:
        return this.history.cancelHeld(person, eventId, { key });
      case 3:
        return this.history.join(person, eventId, { key });
      case 4:
        return this.history.book(person, eventId, { key, guests: [other(people, person)] });
      default:
        return this.history.book(person, eventId, { key });
    }
  }
}

function oneOf<T>(all: readonly T[]): T {
  return all[Math.floor(Math.random() * all.length)]!;
}

function other(people: readonly Person[], person: Person): Person {
  return oneOf(people.filter((one) => one !== person));
}
