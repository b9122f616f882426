import type { Database } from '../database/database';
import { faultKind, violatesUnique } from '../database/fault-kind';
import type { UnitOfWork } from '../database/unit-of-work';
import type { Command } from '../domain/commands';
import { refuse } from '../domain/outcomes';
import { ApiError, serviceUnavailable } from '../errors/api-error';
import type { Metrics } from '../observability/metrics';
import { runGroup, type LockedResult } from './command-group';
import { runsAlone, type CommandRequest, type CommandResult } from './command-request';
import { EventQueue, type Pending } from './event-queue';
import { Replay } from './idempotency';
import { Semaphore } from '../concurrency/semaphore';

/** Commands of one event that may wait for their group. */
const WAITING_PER_EVENT_MAX = 4_000;
/** Commands of all events that may wait or run. */
const IN_FLIGHT_MAX = 8_000;
/** Connections that groups leave to reads, logins and health. */
const RESERVED_CONNECTIONS = 3;
/** A command that concerns a whole event may take this long once it runs. */
export const SOLO_LIMIT_MS = 60_000;

/**
 * Executes commands on event inventories. Commands of one event that wait at the same moment run
 * together, in the order of their arrival, in one transaction under the event's lock; each is
 * answered after the commit. A lone command is a group of one and waits for nobody.
 *
 * See docs/adr/0001-one-transaction-for-many.md.
 */
export class InventoryExecutor {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #metrics: Metrics;
  readonly #queues = new Map<number, EventQueue>();
  readonly #connections: Semaphore;
  #inFlight = 0;

  constructor(options: {
    database: Database;
    unitOfWork: UnitOfWork;
    metrics: Metrics;
    poolMax: number;
  }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#metrics = options.metrics;
    // On SQLite one transaction writes at a time: the others had better wait here, where they group.
    const places = options.database.isSqlite ? 1 : options.poolMax - RESERVED_CONNECTIONS;
    this.#connections = new Semaphore(Math.max(1, places));
  }

  /** Commands that wait or run. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * @returns what the command was answered with, once that is committed; refusals are results too
   * @throws ApiError SERVICE_UNAVAILABLE when it could not run in time or was too much: nothing has
   * happened
   * @throws ApiError OUTCOME_UNKNOWN when the connection broke during the commit
   * @throws ApiError IDEMPOTENCY_KEY_IN_USE when its twin is still running and its time is over
   */
  async execute<C extends Command>(
    eventId: number,
    request: CommandRequest<C>,
  ): Promise<CommandResult<C['kind']>> {
    const existing = this.#queues.get(eventId);
    if (this.#inFlight >= IN_FLIGHT_MAX || (existing && isFull(existing))) {
      this.#metrics.turnedAway.inc();
      throw serviceUnavailable('Too many requests are waiting');
    }
    const queue = existing ?? new EventQueue();
    // The queue does not look into what it carries; the result comes back for this very request.
    const pending = queue.add(request);
    if (!existing) {
      this.#queues.set(eventId, queue);
      void this.#drain(eventId, queue);
    }
    this.#inFlight += 1;
    try {
      const result = await pending.promise;
      this.#countOutcome(request, result);
      return result as CommandResult<C['kind']>;
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Runs one group after the other until nobody waits for this event. */
  async #drain(eventId: number, queue: EventQueue): Promise<void> {
    while (queue.length > 0) {
      await this.#connections.enter();
      try {
        const group = queue.takeGroup();
        if (group.length > 0) await this.#run(eventId, queue, group);
      } finally {
        this.#connections.leave();
      }
    }
    this.#queues.delete(eventId);
  }

  /**
   * Runs a group. Where the data of one command make the whole fail, halves it until the culprit
   * stands alone; every run decides anew.
   */
  async #run(eventId: number, queue: EventQueue, group: readonly Pending[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const { results, promotedTickets, lockWaitMs } = await this.#unitOfWork.run(
        (tx) =>
          runGroup(
            this.#database,
            tx,
            eventId,
            group.map(({ request }) => request),
          ),
        { deadline: deadlineOf(group, startedAt) },
      );
      this.#observe(group, startedAt, { promotedTickets, lockWaitMs });
      queue.putBack(group.slice(results.length));
      results.forEach((result, index) => {
        group[index]!.resolve(result);
      });
    } catch (error) {
      if (error instanceof ApiError) {
        for (const pending of group) pending.reject(error);
      } else if (group.length === 1) {
        settleAlone(group[0]!, error);
      } else {
        const middle = Math.ceil(group.length / 2);
        await this.#run(eventId, queue, group.slice(0, middle));
        await this.#run(eventId, queue, group.slice(middle));
      }
    }
  }

  #observe(
    group: readonly Pending[],
    startedAt: number,
    { promotedTickets, lockWaitMs }: Pick<LockedResult, 'promotedTickets' | 'lockWaitMs'>,
  ): void {
    this.#metrics.groupSize.observe(group.length);
    this.#metrics.lockWaitSeconds.observe(lockWaitMs / 1_000);
    this.#metrics.groupSeconds.observe((performance.now() - startedAt) / 1_000);
    for (const { arrivedAt } of group) {
      this.#metrics.queueWaitSeconds.observe((startedAt - arrivedAt) / 1_000);
    }
    if (promotedTickets > 0) this.#metrics.promotedTickets.inc(promotedTickets);
  }

  #countOutcome({ command }: CommandRequest, result: CommandResult): void {
    const outcome =
      result instanceof Replay
        ? 'replayed'
        : result.refused
          ? result.code
          : result.kind === 'book'
            ? result.result
            : 'done';
    this.#metrics.commandOutcomes.inc({ kind: command.kind, outcome });
  }
}

function isFull(queue: EventQueue): boolean {
  return queue.length >= WAITING_PER_EVENT_MAX || queue.isOverdue;
}

/** A group must end before the time of its oldest member is over. */
function deadlineOf(group: readonly Pending[], startedAt: number): number {
  if (runsAlone(group[0]!.request)) return startedAt + SOLO_LIMIT_MS;
  return Math.min(...group.map(({ deadline }) => deadline));
}

/** The constraint behind a check has the last word where two events ask for one name at once. */
function settleAlone(pending: Pending, error: unknown): void {
  if (violatesUnique(error, 'uq_events_name', ['event_name'])) {
    pending.resolve(refuse('EVENT_NAME_TAKEN', 'Another event bears this name', 'event_name'));
  } else if (faultKind(error) === 'constraint') {
    pending.reject(new Error('A command broke a rule of the database', { cause: error }));
  } else {
    pending.reject(error);
  }
}
