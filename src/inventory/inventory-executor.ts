import type { Database } from '../database/database';
import { faultKind, HeldAccountsError, violatesUnique } from '../database/fault-kind';
import { findHeldUsers } from '../database/locks';
import type { UnitOfWork } from '../database/unit-of-work';
import type { Command } from '../domain/commands';
import { refuse } from '../domain/outcomes';
import { ApiError, serviceUnavailable } from '../errors/api-error';
import type { Metrics } from '../observability/metrics';
import { runBatches, type BatchResult, type BatchResults } from './batch';
import { isExclusive, type CommandRequest, type CommandResult } from './command-request';
import { EventQueue, BatchLimits, type Pending } from './event-queue';
import { Replay } from './idempotency';
import { accountsIn } from './requirements';

/** Commands of one event that may wait for their group. */
const WAITING_PER_EVENT_MAX = 4_000;
/** Commands of all events that may wait or run. */
const IN_FLIGHT_MAX = 8_000;
/** Connections that groups leave to reads, logins and health. */
const RESERVED_CONNECTIONS = 3;
/** A command that concerns a whole event may take this long once it runs. */
export const EXCLUSIVE_LIMIT_MS = 60_000;

/** One event's commands in the transaction that runs now. */
interface Part {
  readonly queue: EventQueue;
  readonly group: readonly Pending[];
}

/**
 * Executes commands on event inventories. Commands of one event that wait at the same moment run
 * together, in the order of their arrival, in one transaction under the event's lock; each is
 * answered after the commit. A lone command is a group of one and waits for nobody. Where more
 * events wait than transactions may run, events share one too.
 *
 * See docs/adr/0001-one-transaction-for-many.md.
 */
export class InventoryExecutor {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #metrics: Metrics;
  readonly #queues = new Map<number, EventQueue>();
  /** Queues with commands that wait for a transaction, in the order in which they came to wait. */
  readonly #ready: EventQueue[] = [];
  /** Transactions that may run at the same time. */
  readonly #slots: number;
  #running = 0;
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
    const slots = options.database.isSqlite ? 1 : options.poolMax - RESERVED_CONNECTIONS;
    this.#slots = Math.max(1, slots);
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
    const queue = existing ?? new EventQueue(eventId);
    // The queue does not look into what it carries; the result comes back for this very request.
    const pending = queue.add(request);
    if (!existing) {
      this.#queues.set(eventId, queue);
      this.#ready.push(queue);
      this.#fillSlots();
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

  /** Lets each event that waits have a place, as long as there are any. */
  #fillSlots(): void {
    const starting = Math.min(this.#ready.length, this.#slots - this.#running);
    for (let count = 0; count < starting; count += 1) void this.#work();
  }

  /** Runs one transaction, in one of the places. */
  async #work(): Promise<void> {
    this.#running += 1;
    // Whatever is asked for in the same breath may still come along.
    await Promise.resolve();
    const parts = this.#takeParts();
    await this.#run(parts);
    for (const { queue } of parts) {
      queue.endBatch();
      if (queue.length > 0) this.#ready.push(queue);
      else this.#queues.delete(queue.eventId);
    }
    this.#running -= 1;
    this.#fillSlots();
  }

  /**
   * The commands of the event that has waited longest; and where all places are taken, those of the
   * others that wait, as far as one transaction has room for them.
   */
  #takeParts(): Part[] {
    const first = this.#ready.shift();
    if (!first) return [];
    const room = new BatchLimits();
    const isAlone = first.isExclusive || this.#running < this.#slots;
    const parts: Part[] = [{ queue: first, group: first.takeBatch(room) }];
    if (isAlone) return parts;
    for (const queue of this.#ready.splice(0)) {
      const group = queue.isExclusive ? [] : queue.takeBatch(room);
      if (group.length > 0) parts.push({ queue, group });
      else this.#ready.push(queue);
    }
    return parts;
  }

  /**
   * Runs groups. Several events that fail together, for whatever reason, have done nothing, and each
   * runs by itself then. Where the data of one command make its event's group fail, halves it until
   * the culprit stands alone; every run decides anew. Commands whose accounts others hold are refused,
   * so that their neighbours need not fail with them.
   */
  async #run(allParts: readonly Part[]): Promise<void> {
    const startedAt = performance.now();
    if (pendingIn(allParts).length === 0) return;
    const deadline = deadlineOf(pendingIn(allParts), startedAt);
    let parts = allParts;
    try {
      const ran = await this.#unitOfWork.run(
        (tx) =>
          runBatches(
            this.#database,
            tx,
            parts.map(({ queue: { eventId }, group }) => ({
              eventId,
              requests: group.map(({ request }) => request),
            })),
          ),
        {
          deadline,
          throwsConflicts: parts.length > 1,
          beforeRetry: async (conflict) => {
            if (!(conflict instanceof HeldAccountsError)) return;
            const [{ queue, group }] = parts as [Part];
            parts = [{ queue, group: await this.#refuseHeld(group, deadline) }];
          },
        },
      );
      this.#observe(pendingIn(parts), startedAt, ran);
      ran.groups.forEach((result, index) => {
        const { queue, group } = parts[index]!;
        if (result) settle(queue, group, result);
        else queue.makeExclusive(group);
      });
    } catch (error) {
      const pendings = pendingIn(parts);
      if (error instanceof ApiError) {
        for (const pending of pendings) pending.reject(error);
      } else if (parts.length > 1) {
        for (const { queue, group } of parts) queue.makeExclusive(group);
      } else if (pendings.length === 1) {
        settleSingle(pendings[0]!, error);
      } else {
        const { queue } = parts[0]!;
        const middle = Math.ceil(pendings.length / 2);
        await this.#run([{ queue, group: pendings.slice(0, middle) }]);
        await this.#run([{ queue, group: pendings.slice(middle) }]);
      }
    }
  }

  /**
   * Refuses the commands that name an account which somebody else holds for long.
   *
   * @returns the others
   * @throws ApiError SERVICE_UNAVAILABLE where there are none: then it has refused nobody
   */
  async #refuseHeld(pendings: readonly Pending[], deadline: number): Promise<Pending[]> {
    const userIds = pendings.flatMap(({ request }) => accountsIn(request.command));
    const heldIds = await this.#unitOfWork.run(
      (tx) => findHeldUsers(this.#database, tx, [...new Set(userIds)]),
      { deadline },
    );
    const isHeld = ({ request }: Pending): boolean =>
      accountsIn(request.command).some((userId) => heldIds.has(userId));
    const refusal = serviceUnavailable('An account of this request is busy');
    if (pendings.every(isHeld)) throw refusal;
    for (const pending of pendings.filter(isHeld)) pending.reject(refusal);
    return pendings.filter((pending) => !isHeld(pending));
  }

  #observe(
    pendings: readonly Pending[],
    startedAt: number,
    { groups, lockWaitMs }: BatchResults,
  ): void {
    this.#metrics.batchSize.observe(pendings.length);
    this.#metrics.lockWaitSeconds.observe(lockWaitMs / 1_000);
    this.#metrics.batchSeconds.observe((performance.now() - startedAt) / 1_000);
    for (const { arrivedAt } of pendings) {
      this.#metrics.queueWaitSeconds.observe((startedAt - arrivedAt) / 1_000);
    }
    const promoted = groups.reduce((sum, group) => sum + (group?.promotedTickets ?? 0), 0);
    if (promoted > 0) this.#metrics.promotedTickets.inc(promoted);
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

function pendingIn(parts: readonly Part[]): Pending[] {
  return parts.flatMap(({ group }) => group);
}

function isFull(queue: EventQueue): boolean {
  return queue.length >= WAITING_PER_EVENT_MAX || queue.isOverdue;
}

/** A group must end before the time of its oldest member is over. */
function deadlineOf(group: readonly Pending[], startedAt: number): number {
  if (isExclusive(group[0]!.request)) return startedAt + EXCLUSIVE_LIMIT_MS;
  return Math.min(...group.map(({ deadline }) => deadline));
}

function settle(queue: EventQueue, group: readonly Pending[], { results }: BatchResult): void {
  queue.putBack(group.slice(results.length));
  results.forEach((result, index) => {
    group[index]!.resolve(result);
  });
}

/** The constraint behind a check has the last word where two events ask for one name at once. */
function settleSingle(pending: Pending, error: unknown): void {
  if (violatesUnique(error, 'uq_events_name', ['event_name'])) {
    pending.resolve(refuse('EVENT_NAME_TAKEN', 'Another event bears this name', 'event_name'));
  } else if (faultKind(error) === 'constraint') {
    pending.reject(new Error('A command broke a rule of the database', { cause: error }));
  } else {
    pending.reject(error);
  }
}
