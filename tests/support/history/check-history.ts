/**
 * Proves from the history of a run that the event is linearizable: that all effects can have happened
 * one after the other, in an order that agrees with every answer and with real time.
 *
 * The audit log gives the order, by the event's version. Versioned objects make the proof simple:
 * no search over possible orders is needed.
 */
import type { Database } from '../../../src/database/database';
import { findRows } from '../../../src/database/find-rows';
import type { Command } from '../../../src/domain/commands';
import { compareQueueOrder, type EventFacts } from '../../../src/domain/inventory-state';
import type { Acceptance, Outcome } from '../../../src/domain/outcomes';
import { eventFactsOf } from '../../../src/models/facts';
import type { AuditEntryRow } from '../../../src/models/audit-entry.model';
import { expectInvariants, expectPromotedInOrder } from '../domain/event-invariants';
import type { History, RecordedCall } from './history';
import { MemoryRows } from '../domain/memory-rows';

export interface HistoryStart {
  readonly eventId: number;
  /** People with an account when the run began. */
  readonly people: Iterable<number>;
}

/** What happened in a run, so that a test can check that it was enough. */
export interface HistorySummary {
  readonly effects: number;
  readonly refusals: number;
  readonly unknown: number;
  readonly promotions: number;
  /** Changes that were made although no one got an answer. */
  readonly unanswered: number;
}

/** The columns of the event row that the replay must reproduce. */
const COUNTERS: readonly (keyof EventFacts)[] = [
  'status',
  'totalTickets',
  'availableTickets',
  'maxTicketsPerUser',
  'saleStartsAt',
  'saleEndsAt',
  'version',
  'nextTicketNo',
  'nextQueueNo',
  'waitlistCount',
  'waitlistTickets',
];

/** The event as it was at first, derived from its current state. */
function beginningOf(event: EventFacts, log: readonly AuditEntryRow[]): EventFacts {
  const created = log.find(({ action }) => action === 'event.create');
  if (!created) throw new Error('The audit log lacks the creation of the event');
  const { after } = JSON.parse(created.details) as {
    after: {
      total_tickets: number;
      max_tickets_per_user: number | null;
      sale_starts_at: string | null;
      sale_ends_at: string | null;
    };
  };
  return {
    ...event,
    status: 'active',
    totalTickets: after.total_tickets,
    availableTickets: after.total_tickets,
    maxTicketsPerUser: after.max_tickets_per_user,
    saleStartsAt: after.sale_starts_at === null ? null : new Date(after.sale_starts_at),
    saleEndsAt: after.sale_ends_at === null ? null : new Date(after.sale_ends_at),
    version: 0,
    nextTicketNo: 1,
    nextQueueNo: 1,
    waitlistCount: 0,
    waitlistTickets: 0,
  };
}

/**
 * @throws Error that describes what cannot have happened
 */
export async function checkHistory(
  database: Database,
  history: History,
  { eventId, people }: HistoryStart,
): Promise<HistorySummary> {
  const { models } = database;
  const [row] = await findRows(models.Event, { where: { id: eventId } });
  if (!row) throw new Error(`No event ${String(eventId)}`);
  const event = eventFactsOf(row);
  const log = await findRows(models.AuditEntry, {
    where: { event_id: eventId },
    order: [['version', 'ASC']],
  });
  const bookings = await findRows(models.Booking, {
    where: { event_id: eventId },
    order: [['ticket_no', 'ASC']],
  });
  const entries = await findRows(models.WaitlistEntry, { where: { event_id: eventId } });

  const calls = history.calls.filter((call) => call.eventId === eventId);
  const effects = effectsOf(log, event, calls);
  expectAcknowledgedEffects(calls, effects);
  expectOneTruthPerKey(calls, effects);
  expectRealTimeOrder(effects);

  const ticketNoOf = new Map(bookings.map(({ id, ticket_no }) => [id, ticket_no]));
  const replay = new Replay(new MemoryRows(beginningOf(event, log), new Set(people)), ticketNoOf);
  const summary = replay.run(effects, calls);

  const { rows } = replay;
  expectSame(pick(rows.event, COUNTERS), pick(event, COUNTERS), 'the event row');
  expectSame(
    [...rows.bookings.values()].map(({ ticketNo, holderId, bookedBy, status }) => ({
      ticketNo,
      holderId,
      bookedBy,
      status,
    })),
    bookings.map(({ ticket_no, user_id, booked_by, status }) => ({
      ticketNo: ticket_no,
      holderId: user_id,
      bookedBy: booked_by,
      status,
    })),
    'the bookings',
  );
  expectSame(
    rows.queue.map(({ userId, quantity, priority, queueNo }) => ({
      userId,
      quantity,
      priority,
      queueNo,
    })),
    entries
      .map(({ user_id, quantity, priority, queue_no }) => ({
        userId: user_id,
        quantity,
        priority,
        queueNo: queue_no,
      }))
      .sort(compareQueueOrder),
    'the waitlist',
  );
  return summary;
}

/** One change of the event, and the call that asked for it. */
interface Effect {
  readonly version: number;
  /** When it was decided, by the database's clock. */
  readonly at: Date;
  readonly call: RecordedCall;
}

/** Versions are unique and without a gap, and each belongs to a call that was not refused. */
function effectsOf(
  log: readonly AuditEntryRow[],
  event: EventFacts,
  calls: readonly RecordedCall[],
): Effect[] {
  const byRequest = new Map(calls.map((call) => [call.requestId, call]));
  const versions = log.filter(({ version }) => (version ?? 0) > 0);
  const effects = versions.map(({ version, request_id, createdAt: at }, index): Effect => {
    if (version !== index + 1) {
      throw new Error(`After version ${String(index)} comes ${String(version)}`);
    }
    const call = byRequest.get(request_id ?? '');
    if (!call) throw new Error(`No call asked for version ${String(version)}`);
    const { answer } = call;
    if (answer && answer.status >= 400 && answer.body.code !== 'OUTCOME_UNKNOWN') {
      throw new Error(
        `Version ${String(version)} was made by a call that was told ${String(answer.status)} ` +
          String(answer.body.code),
      );
    }
    return { version, at, call };
  });
  if (effects.length !== event.version) {
    throw new Error(
      `The event is at ${String(event.version)}, its log at ${String(effects.length)}`,
    );
  }
  return effects;
}

/** Whether the answer says that this very call changed something. */
function claimsEffect({ answer }: RecordedCall): boolean {
  return answer !== null && answer.status < 300 && !answer.isReplayed;
}

function expectAcknowledgedEffects(
  calls: readonly RecordedCall[],
  effects: readonly Effect[],
): void {
  const versionOf = new Map(effects.map(({ call, version }) => [call, version]));
  for (const call of calls) {
    if (!claimsEffect(call)) continue;
    const version = versionOf.get(call);
    const claimed = call.answer?.body.data?.version as number | undefined;
    // A change without effect makes no version; only these kinds can have none.
    const mayBeNothing = ['delete-account', 'update-event'].includes(call.command.kind);
    if (version === undefined && !mayBeNothing) {
      throw new Error(`An acknowledged ${call.command.kind} is not in the log: it was lost`);
    }
    if (version !== undefined && claimed !== undefined && claimed !== version) {
      throw new Error(
        `A caller was told version ${String(claimed)}, the log says ${String(version)}`,
      );
    }
  }
}

/** However often a request with a key was sent, it had one effect at most, and one answer. */
function expectOneTruthPerKey(calls: readonly RecordedCall[], effects: readonly Effect[]): void {
  const effective = new Set(effects.map(({ call }) => call));
  const duplicates = new Map<string, RecordedCall[]>();
  for (const call of calls) {
    const { key, token, path } = call.ask;
    if (key === undefined) continue;
    const scope = `${token} ${path} ${key}`;
    duplicates.set(scope, [...(duplicates.get(scope) ?? []), call]);
  }
  for (const same of duplicates.values()) {
    const done = same.filter((call) => effective.has(call));
    if (done.length > 1) throw new Error('A request with a key had more than one effect');
    const bodies = new Set(
      same.flatMap(({ answer }) =>
        answer !== null && answer.status < 300 ? [JSON.stringify(answer.body)] : [],
      ),
    );
    if (bodies.size > 1) throw new Error(`One key, two answers: ${[...bodies].join(' and ')}`);
    if (bodies.size === 1 && done.length === 0) {
      throw new Error('A key is answered by something that never happened');
    }
  }
}

/** A call that ended before another began must come first. */
function expectRealTimeOrder(effects: readonly Effect[]): void {
  let latestStart = -Infinity;
  for (const { version, call } of effects) {
    if (call.endedAt < latestStart) {
      throw new Error(`Version ${String(version)} had ended before an earlier one began`);
    }
    latestStart = Math.max(latestStart, call.startedAt);
  }
}

/** How far the clock of the database and that of the test may be apart. */
const CLOCK_SLACK_MS = 20;

function wallClock(time: number): number {
  return performance.timeOrigin + time;
}

/** Runs the effects again, one by one, in the pure domain, and compares the answers. */
class Replay {
  #summary = { effects: 0, refusals: 0, unknown: 0, promotions: 0, unanswered: 0 };

  constructor(
    readonly rows: MemoryRows,
    private readonly ticketNoOf: ReadonlyMap<number, number>,
  ) {}

  run(effects: readonly Effect[], calls: readonly RecordedCall[]): HistorySummary {
    const refusals = new Set(calls.filter(isRefusal));
    const windows = windowsOf(refusals, effects);
    this.#summary.refusals = refusals.size;
    this.#summary.unknown = calls.filter(isUnknown).length;
    const timeOf = (version: number): number => effects[version - 1]?.at.getTime() ?? Infinity;
    this.#explainRefusals(0, [0, timeOf(1)], windows, refusals);
    for (const { version, at, call } of effects) {
      this.rows.now = at;
      this.#apply(version, call);
      this.#explainRefusals(version, [at.getTime(), timeOf(version + 1)], windows, refusals);
    }
    for (const { command, answer } of refusals) {
      throw new Error(
        `A ${command.kind} was refused with ${String(answer?.body.code)}, which was never right ` +
          'while it ran',
      );
    }
    return this.#summary;
  }

  #apply(version: number, call: RecordedCall): void {
    const { queue } = this.rows;
    const [settled] = this.rows.runBatch([this.#translate(call.command)]);
    if (settled?.kind !== 'decided') throw new Error('Nothing was decided');
    const { outcome, changes, promotions, after } = settled.decision;
    if (outcome.refused || after.version !== version) {
      throw new Error(
        `Version ${String(version)}, a ${call.command.kind}, can't have happened then: ` +
          (outcome.refused ? outcome.code : `it makes version ${String(after.version)}`),
      );
    }
    if (call.command.kind === 'delete-account') this.rows.people.delete(call.command.userId);
    const formerHolders = new Set(
      changes.flatMap((change) =>
        change.type === 'ticket-cancelled' ? [change.ticket.holderId] : [],
      ),
    );
    expectPromotedInOrder(
      version,
      promotions,
      queue.filter(({ userId }) => !formerHolders.has(userId)),
    );
    expectInvariants(version, this.rows);
    this.#summary.effects += 1;
    if (call.answer === null) this.#summary.unanswered += 1;
    this.#summary.promotions += promotions.length;
    if (claimsEffect(call)) expectAnswer(version, call, outcome);
  }

  /**
   * A refusal is right if the domain refuses the same at some moment of the call. A sale begins and ends
   * once at most during a call, so the first and the last moment are enough.
   *
   * @param period from when until when the event had this version
   */
  #explainRefusals(
    version: number,
    [since, until]: readonly [number, number],
    windows: ReadonlyMap<RecordedCall, readonly [number, number]>,
    open: Set<RecordedCall>,
  ): void {
    for (const call of open) {
      const [from, to] = windows.get(call)!;
      if (version < from || version > to) continue;
      const first = Math.max(since, wallClock(call.startedAt) - CLOCK_SLACK_MS);
      const last = Math.min(until, wallClock(call.endedAt) + CLOCK_SLACK_MS);
      for (const moment of [first, Math.max(first, last)]) {
        this.rows.now = new Date(moment);
        const outcome = this.rows.decideAlone(this.#translate(call.command));
        if (outcome.refused && outcome.code === call.answer?.body.code) open.delete(call);
      }
    }
  }

  /** Rows have different ids here; ticket numbers are the same, and a person has one entry. */
  #translate(command: Command): Command {
    if (command.kind === 'prioritize') {
      const entry = this.rows.queue.find(({ userId }) => userId === command.entryId);
      return { ...command, entryId: entry?.entryId ?? 0 };
    }
    if (command.kind !== 'cancel-bookings') return command;
    const idOf = new Map(
      [...this.rows.bookings.values()].map(({ ticketNo, bookingId }) => [ticketNo, bookingId]),
    );
    return {
      ...command,
      bookingIds: command.bookingIds.map((id) => idOf.get(this.ticketNoOf.get(id) ?? 0) ?? 0),
    };
  }
}

/** Refusals that the event's state explains; those of accounts and faults have other reasons. */
const EXPLAINED = new Set([
  'EVENT_CANCELLED',
  'SALE_NOT_STARTED',
  'SALE_ENDED',
  'BOOKING_NOT_FOUND',
  'BOOKING_ALREADY_CANCELLED',
  'WAITLIST_ENTRY_NOT_FOUND',
  'TICKET_LIMIT_REACHED',
  'NOT_ENOUGH_TICKETS',
  'TICKETS_AVAILABLE',
  'ALREADY_WAITLISTED',
  'CAPACITY_BELOW_BOOKED',
]);

function isRefusal({ answer }: RecordedCall): boolean {
  return answer !== null && EXPLAINED.has(answer.body.code as string);
}

function isUnknown({ answer }: RecordedCall): boolean {
  return answer === null || answer.body.code === 'OUTCOME_UNKNOWN';
}

/** The versions that a refused call can have seen: none older than those that ended before it. */
function windowsOf(
  refusals: ReadonlySet<RecordedCall>,
  effects: readonly Effect[],
): Map<RecordedCall, readonly [number, number]> {
  const windows = new Map<RecordedCall, readonly [number, number]>();
  for (const refusal of refusals) {
    let from = 0;
    let to = effects.length;
    for (const { version, call } of effects) {
      if (call.endedAt < refusal.startedAt) from = Math.max(from, version);
      if (call.startedAt > refusal.endedAt) to = Math.min(to, version - 1);
    }
    windows.set(refusal, [from, to]);
  }
  return windows;
}

function expectAnswer(version: number, { answer }: RecordedCall, outcome: Outcome): void {
  const data = answer?.body.data as Record<string, unknown> | null;
  const expected = answerOf(outcome as Acceptance);
  if (data && expected) {
    const numbers = 'bookings' in data ? numbersIn(data.bookings) : numbersIn(data.cancelled);
    expectSame(
      { ...pick(data, Object.keys(expected)), ...(expected.tickets ? { tickets: numbers } : {}) },
      expected,
      `the answer of version ${String(version)}`,
    );
  }
}

function numbersIn(bookings: unknown): number[] {
  return ((bookings ?? []) as { ticket_no: number }[]).map(({ ticket_no }) => ticket_no);
}

/** The expected fields of an answer; undefined if there is nothing to check. */
function answerOf(outcome: Acceptance): Record<string, unknown> | undefined {
  switch (outcome.kind) {
    case 'book':
      return {
        outcome: outcome.outcome,
        available_tickets: outcome.availableTickets,
        version: outcome.version,
        tickets: outcome.tickets.map(({ ticketNo }) => ticketNo),
        waitlisted: outcome.waitlisted.map(({ userId, quantity, position }) => ({
          user_id: userId,
          quantity,
          position,
        })),
      };
    case 'cancel-held':
    case 'cancel-bookings':
      return {
        available_tickets: outcome.availableTickets,
        version: outcome.version,
        reassigned: outcome.reassigned,
        cancelled_count: outcome.count,
        ended_entries: outcome.endedEntries,
        tickets: outcome.tickets.map(({ ticketNo }) => ticketNo),
      };
    case 'join':
      return { position: outcome.position };
    case 'update-event':
      return {
        available_tickets: outcome.event.availableTickets,
        version: outcome.event.version,
      };
    default:
      return undefined;
  }
}

function pick(from: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, (from as Record<string, unknown>)[name]]));
}

function expectSame(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  try {
    expect(actual).toEqual(expected);
  } catch (error) {
    throw new Error(`${what} differs from the replay: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
