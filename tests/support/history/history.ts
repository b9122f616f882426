import { randomUUID } from 'node:crypto';
import type { Command } from '../../../src/domain/commands';
import type { Person } from '../../factories/people';
import { checkContract } from '../http/contract';
import { ADMIN } from '../domain/inventory';

/** How long a call is waited for before its outcome counts as unknown. */
const CALL_LIMIT_MS = 20_000;
/** Requests that are repeated at the same time. */
const REPEATED_AT_ONCE = 50;

export interface RecordedAnswer {
  readonly status: number;
  // What it may be is checked against the OpenAPI document.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  readonly body: any;
  readonly isReplayed: boolean;
}

/** One call on one event, as its caller saw it. */
export interface RecordedCall {
  readonly requestId: string;
  readonly eventId: number;
  readonly ask: Ask;
  /** What was asked for, in the domain's words; bookings go by their ids. */
  readonly command: Command;
  readonly startedAt: number;
  /** Infinity where no answer came. */
  readonly endedAt: number;
  /** Null where no answer came. */
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
 * Calls the API of one or more servers in turn, and keeps what was asked, when, and what came back.
 * `checkHistory` then proves that all of it can have happened one after the other.
 */
export class History {
  readonly calls: RecordedCall[] = [];
  #turn = 0;

  constructor(private urls: readonly string[]) {}

  /** From here on others are called. */
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
    }: { quantity?: number; guests?: readonly Person[]; key?: string } = {},
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
      },
      {
        method: 'POST',
        path: '/api/tickets/book',
        token: person.token,
        body: { event_id: eventId, quantity: wanted, additionalUsers },
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
      // The replay's entries have other ids: it goes by the person.
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

  /** Concerns every event of the person; recorded for each that is looked at. */
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
   * Sends every request with a key again that was done, or may have been: now its caller learns the
   * truth. `checkHistory` finds where a key told two.
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

  /** The longest time that anyone waited for an answer. */
  get slowestMs(): number {
    const waits = this.calls.map(({ startedAt, endedAt }) => endedAt - startedAt);
    return Math.max(0, ...waits.filter(Number.isFinite));
  }

  /** Answers by status and code, for a look at what a run was like. */
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
      // The server was killed, or the connection cut: whether it was done, nobody has said.
      return null;
    }
    const { status, headers } = response;
    if (status === 503 && !headers.has('retry-after')) {
      throw new Error(`A 503 to ${ask.path} does not say when to come back`);
    }
    checkContract({ method: ask.method.toLowerCase(), path: ask.path, status, body });
    return { status, body, isReplayed: headers.get('idempotent-replayed') === 'true' };
  }
}

/** Whether something has happened or may have, as far as the caller was told. */
function isTruthOpen({ status }: RecordedAnswer): boolean {
  return status < 300 || status === 503;
}
