import { randomUUID } from 'node:crypto';
import type { Command, IfShort } from '../../../src/domain/commands';
import type { Person } from '../../factories/people';
import { checkContract } from '../http/contract';
import { ADMIN } from '../domain/inventory';

/** Time limit of a call, after which its outcome counts as unknown. */
const CALL_LIMIT_MS = 20_000;
/** Requests that are repeated at the same time. */
const REPEATED_AT_ONCE = 50;

export interface RecordedAnswer {
  readonly status: number;
  // Checked against the OpenAPI document.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  readonly body: any;
  readonly isReplayed: boolean;
}

/** One call on one event, as its caller saw it. */
export interface RecordedCall {
  readonly requestId: string;
  readonly eventId: number;
  readonly ask: Ask;
  /** The command of the domain; bookings are named by their ids. */
  readonly command: Command;
  readonly startedAt: number;
  /** Infinity if no answer came. */
  readonly endedAt: number;
  /** Null if no answer came. */
  readonly answer: RecordedAnswer | null;
}

/** A request as it is sent. */
export interface Ask {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly token: string;
  readonly body?: object;
  readonly key?: string | undefined;
}

/**
 * Calls the API of one or more servers in turn, and records requests, times and answers.
 * `checkHistory` then proves that the history is linearizable.
 */
export class History {
  readonly calls: RecordedCall[] = [];
  #turn = 0;

  constructor(private urls: readonly string[]) {}

  /** Calls these servers from now on. */
  moveTo(urls: readonly string[]): void {
    this.urls = urls;
  }

  book(
    person: Person,
    eventId: number,
    {
      quantity,
      guests = [],
      key,
      ifShort,
    }: { quantity?: number; guests?: readonly Person[]; key?: string; ifShort?: IfShort } = {},
  ): Promise<RecordedAnswer | null> {
    const additionalUsers = guests.map(({ id }) => id);
    const wanted = quantity ?? 1 + guests.length;
    return this.#call(
      eventId,
      {
        kind: 'book',
        bookedBy: person.id,
        userId: person.id,
        additionalUsers,
        quantity: wanted,
        ifShort,
      },
      {
        method: 'POST',
        path: '/api/tickets/book',
        token: person.token,
        body: { event_id: eventId, quantity: wanted, additionalUsers, if_short: ifShort },
        key,
      },
    );
  }

  cancelHeld(
    person: Person,
    eventId: number,
    { quantity, key }: { quantity?: number; key?: string } = {},
  ): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      { kind: 'cancel-held', holderId: person.id, quantity: quantity ?? null },
      {
        method: 'POST',
        path: '/api/tickets/cancel',
        token: person.token,
        body: { event_id: eventId, ...(quantity === undefined ? {} : { quantity }) },
        key,
      },
    );
  }

  cancelBookings(
    person: Person,
    eventId: number,
    bookingIds: readonly number[],
    { key }: { key?: string } = {},
  ): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      {
        kind: 'cancel-bookings',
        bookingIds,
        actor: { id: person.id, role: 'user' },
      },
      {
        method: 'POST',
        path: '/api/tickets/cancel',
        token: person.token,
        body: { booking_ids: bookingIds },
        key,
      },
    );
  }

  join(
    person: Person,
    eventId: number,
    { quantity = 1, key }: { quantity?: number; key?: string } = {},
  ): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      { kind: 'join', userId: person.id, requestedBy: person.id, quantity },
      {
        method: 'POST',
        path: '/api/waitinglists/join-waitlist',
        token: person.token,
        body: { event_id: eventId, quantity },
        key,
      },
    );
  }

  leave(
    person: Person,
    eventId: number,
    { key }: { key?: string } = {},
  ): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      { kind: 'leave', userId: person.id, actor: ADMIN },
      { method: 'DELETE', path: `/api/waitinglists/${String(eventId)}`, token: person.token, key },
    );
  }

  /** Wants fewer tickets than before. */
  lower(person: Person, eventId: number, quantity: number): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      { kind: 'lower', userId: person.id, quantity },
      {
        method: 'PATCH',
        path: `/api/waitinglists/${String(eventId)}`,
        token: person.token,
        body: { quantity },
      },
    );
  }

  prioritize(
    organizer: Person,
    eventId: number,
    { entryId, userId, priority }: { entryId: number; userId: number; priority: number },
  ): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      // Entries of the replay have different ids, so the person names the entry.
      { kind: 'prioritize', entryId: userId, priority, actor: ADMIN },
      {
        method: 'PATCH',
        path: `/api/waitinglists/${String(entryId)}/priority`,
        token: organizer.token,
        body: { priority, reason: 'a test' },
      },
    );
  }

  resize(
    organizer: Person,
    eventId: number,
    totalTickets: number,
    { key }: { key?: string } = {},
  ): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      { kind: 'update-event', totalTickets, actor: ADMIN },
      {
        method: 'PATCH',
        path: `/api/events/${String(eventId)}`,
        token: organizer.token,
        body: { total_tickets: totalTickets },
        key,
      },
    );
  }

  /** Sets the start of the sale. */
  moveStart(
    organizer: Person,
    eventId: number,
    saleStartsAt: Date | null,
  ): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      { kind: 'update-event', saleStartsAt, actor: ADMIN },
      {
        method: 'PATCH',
        path: `/api/events/${String(eventId)}`,
        token: organizer.token,
        body: { sale_starts_at: saleStartsAt },
      },
    );
  }

  cancelEvent(
    organizer: Person,
    eventId: number,
    { key }: { key?: string } = {},
  ): Promise<RecordedAnswer | null> {
    return this.#call(
      eventId,
      { kind: 'cancel-event', actor: ADMIN },
      {
        method: 'POST',
        path: `/api/events/${String(eventId)}/cancel`,
        token: organizer.token,
        body: {},
        key,
      },
    );
  }

  /** Affects every event of the person; recorded for each that is checked. */
  async deleteAccount(
    person: Person,
    eventId: number,
    ...furtherIds: readonly number[]
  ): Promise<RecordedAnswer | null> {
    const call = await this.#record(
      eventId,
      { kind: 'delete-account', userId: person.id },
      { method: 'DELETE', path: `/api/users/${String(person.id)}`, token: person.token },
    );
    this.calls.push(...furtherIds.map((id) => ({ ...call, eventId: id })));
    return call.answer;
  }

  /** Sends the same request again. */
  repeat({ eventId, command, ask }: RecordedCall): Promise<RecordedAnswer | null> {
    return this.#call(eventId, command, ask);
  }

  /**
   * Repeats every request with a key that succeeded or may have, so that its caller learns the outcome.
   * `checkHistory` then finds keys with two outcomes.
   */
  async repeatKeyed(): Promise<void> {
    const open = this.calls.filter(
      ({ ask, answer }) => ask.key !== undefined && (answer === null || isTruthOpen(answer)),
    );
    for (let start = 0; start < open.length; start += REPEATED_AT_ONCE) {
      const batch = open.slice(start, start + REPEATED_AT_ONCE);
      await Promise.all(batch.map((call) => this.repeat(call)));
    }
  }

  /** The longest time until an answer. */
  get slowestMs(): number {
    const waits = this.calls.map(({ startedAt, endedAt }) => endedAt - startedAt);
    return Math.max(0, ...waits.filter(Number.isFinite));
  }

  /** The number of answers by status and code. */
  tally(): Record<string, number> {
    const tally: Record<string, number> = {};
    for (const { answer } of this.calls) {
      const body = answer?.body as { code?: string; data?: { outcome?: string } } | undefined;
      const what = body?.code ?? body?.data?.outcome ?? '';
      const name = answer ? `${String(answer.status)} ${what}`.trim() : 'no answer';
      tally[name] = (tally[name] ?? 0) + 1;
    }
    return tally;
  }

  async #call(eventId: number, command: Command, ask: Ask): Promise<RecordedAnswer | null> {
    return (await this.#record(eventId, command, ask)).answer;
  }

  async #record(eventId: number, command: Command, ask: Ask): Promise<RecordedCall> {
    const requestId = randomUUID();
    const startedAt = performance.now();
    const answer = await this.#ask(ask, requestId);
    const endedAt = answer ? performance.now() : Infinity;
    const call = { requestId, eventId, ask, command, startedAt, endedAt, answer };
    this.calls.push(call);
    return call;
  }

  async #ask(ask: Ask, requestId: string): Promise<RecordedAnswer | null> {
    const url = this.urls[this.#turn % this.urls.length]!;
    this.#turn += 1;
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(url + ask.path, {
        method: ask.method,
        headers: {
          Authorization: `Bearer ${ask.token}`,
          'Content-Type': 'application/json',
          'X-Request-Id': requestId,
          ...(ask.key === undefined ? {} : { 'Idempotency-Key': ask.key }),
        },
        signal: AbortSignal.timeout(CALL_LIMIT_MS),
        ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      });
      body = await response.json();
    } catch {
      // The server was killed or the connection cut: the outcome is unknown.
      return null;
    }
    const { status, headers } = response;
    if (status === 503 && !headers.has('retry-after')) {
      throw new Error(`A 503 to ${ask.path} lacks Retry-After`);
    }
    checkContract({ method: ask.method.toLowerCase(), path: ask.path, status, body });
    return { status, body, isReplayed: headers.get('idempotent-replayed') === 'true' };
  }
}

/** Whether the request succeeded or may have, as far as its caller knows. */
function isTruthOpen({ status }: RecordedAnswer): boolean {
  return status < 300 || status === 503;
}
