import type { Database } from '../database/database';
import { faultKind, HeldAccountsError, violatesUnique } from '../database/fault-kind';
import { findHeldUsers } from '../database/locks';
import type { UnitOfWork } from '../database/unit-of-work';
import { refusal } from '../domain/outcomes';
import { ApiError, serviceUnavailable } from '../errors/api-error';
import { runBatches, type BatchResults } from './batch';
import type {
  BatchResult,
  CommandRequest,
  CommandResult,
  Executor,
  FinishCommand,
} from './command-request';
import { BatchLimits, EventQueue, type Pending } from './event-queue';
import type { ExecutorFigures } from './executor-metrics';
import { accountsIn } from './requirements';

/** Most commands of one event that may wait for their batch. */
const WAITING_PER_EVENT_MAX = 4_000;
/** Time limit of a command on a whole event, once it runs. */
export const EXCLUSIVE_LIMIT_MS = 60_000;

/** One event's commands in the transaction that runs now. */
interface RunningBatch {
  readonly queue: EventQueue;
  readonly pendings: readonly Pending[];
}

/**
 * Executes commands on event inventories. Commands of one event that wait at the same time run
 * together, in the order of arrival, in one transaction under the event's lock. Each is answered
 * after the commit. A single command is a batch of one and does not wait for others. When more
 * events wait than transactions may run, several events share one transaction.
 *
 * See docs/adr/0001-one-transaction-for-many.md.
 */
export class InventoryExecutor implements Executor {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #finish: FinishCommand;
  readonly #metrics: ExecutorFigures;
  readonly #queues = new Map<number, EventQueue>();
  /** Queues with commands that wait for a transaction, in the order in which they began to wait. */
  readonly #ready: EventQueue[] = [];
  /** Most transactions that may run at the same time. */
  readonly #slots: number;
  #running = 0;

  constructor(options: {
    database: Database;
    unitOfWork: UnitOfWork;
    finish: FinishCommand;
    metrics: ExecutorFigures;
    /** Transactions that may run at the same time. */
    slots: number;
  }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#finish = options.finish;
    this.#metrics = options.metrics;
    this.#slots = options.slots;
  }

  /**
   * @returns the result of the command after its commit; a refusal is a result too
   * @throws ApiError SERVICE_UNAVAILABLE if it could not run in time or too many wait: nothing has
   * changed
   * @throws ApiError OUTCOME_UNKNOWN if the connection broke during the commit
   * @throws ApiError IDEMPOTENCY_KEY_IN_USE if its duplicate is still running and its time is over
   */
  async execute(eventId: number, request: CommandRequest): Promise<CommandResult> {
    const existing = this.#queues.get(eventId);
    if (existing && isFull(existing)) {
      this.#metrics.countTurnedAway();
      throw serviceUnavailable('Too many requests are waiting');
    }
    const queue = existing ?? new EventQueue(eventId);
    const pending = queue.add(request);
    if (!existing) {
      this.#queues.set(eventId, queue);
      this.#ready.push(queue);
      this.#fillSlots();
    }
    return pending.promise;
  }

  /** Starts a transaction for each waiting event while slots are free. */
  #fillSlots(): void {
    const starting = Math.min(this.#ready.length, this.#slots - this.#running);
    for (let count = 0; count < starting; count += 1) void this.#runNext();
  }

  /** Runs one transaction, in one of the slots. */
  async #runNext(): Promise<void> {
    this.#running += 1;
    // Lets commands that arrive in the same turn of the event loop join the batch.
    await Promise.resolve();
    const batches = this.#takeBatches();
    await this.#run(batches);
    for (const { queue } of batches) {
      queue.endBatch();
      if (queue.length > 0) this.#ready.push(queue);
      else this.#queues.delete(queue.eventId);
    }
    this.#running -= 1;
    this.#fillSlots();
  }

  /**
   * Takes the commands of the event that has waited longest. If all slots are in use, also takes
   * those of other waiting events, up to the limits of one transaction.
   */
  #takeBatches(): RunningBatch[] {
    const first = this.#ready.shift();
    if (!first) return [];
    const limits = new BatchLimits();
    const isSingle = first.isExclusive || this.#running < this.#slots;
    const batches: RunningBatch[] = [{ queue: first, pendings: first.takeBatch(limits) }];
    if (isSingle) return batches;
    for (const queue of this.#ready.splice(0)) {
      const pendings = queue.isExclusive ? [] : queue.takeBatch(limits);
      if (pendings.length > 0) batches.push({ queue, pendings });
      else this.#ready.push(queue);
    }
    return batches;
  }

  /**
   * Runs batches and settles their commands. Only the unit of work is inside the `try`: committed
   * commands must never run again, even if something fails afterwards.
   */
  async #run(batches: readonly RunningBatch[]): Promise<void> {
    const startedAt = performance.now();
    const pendings = pendingsIn(batches);
    if (pendings.length === 0) return;
    let ran: { batches: readonly RunningBatch[]; results: BatchResults };
    try {
      ran = await this.#commit(batches, deadlineOf(pendings, startedAt));
    } catch (error) {
      await this.#settleFailed(batches, error);
      return;
    }
    ran.results.batches.forEach((result, index) => {
      const batch = ran.batches[index]!;
      if (result) settle(batch, result);
      else batch.queue.makeExclusive(batch.pendings);
    });
    this.#metrics.observeTransaction({
      waitsMs: pendingsIn(ran.batches).map(({ arrivedAt }) => startedAt - arrivedAt),
      lockWaitMs: ran.results.lockWaitMs,
      tookMs: performance.now() - startedAt,
      promotedTickets: ran.results.batches.reduce(
        (sum, batch) => sum + (batch?.promotedTickets ?? 0),
        0,
      ),
    });
  }

  /**
   * Commits batches in one unit of work. Rejects commands whose accounts another transaction holds,
   * so that the other commands of the batch do not fail with them.
   *
   * @returns the batches that were committed, and their results
   */
  async #commit(
    all: readonly RunningBatch[],
    deadline: number,
  ): Promise<{ batches: readonly RunningBatch[]; results: BatchResults }> {
    let batches = all;
    const results = await this.#unitOfWork.run(
      (tx) =>
        runBatches(
          this.#database,
          tx,
          batches.map(({ queue: { eventId }, pendings }) => ({
            eventId,
            requests: pendings.map(({ request }) => request),
            isExclusive: pendings[0]!.isExclusive,
          })),
          this.#finish,
        ),
      {
        deadline,
        throwsConflicts: batches.length > 1,
        beforeRetry: async (conflict) => {
          if (!(conflict instanceof HeldAccountsError)) return;
          const [{ queue, pendings }] = batches as [RunningBatch];
          batches = [{ queue, pendings: await this.#refuseHeld(pendings, deadline) }];
        },
      },
    );
    return { batches, results };
  }

  /**
   * Events that fail together have changed nothing; each then runs in its own transaction. If one
   * command's data makes its batch fail, halves the batch until that command is isolated. Each run
   * decides again.
   */
  async #settleFailed(batches: readonly RunningBatch[], error: unknown): Promise<void> {
    const pendings = pendingsIn(batches).filter(({ isSettled }) => !isSettled);
    if (error instanceof ApiError) {
      for (const pending of pendings) pending.reject(error);
    } else if (batches.length > 1) {
      for (const batch of batches) batch.queue.makeExclusive(batch.pendings);
    } else if (pendings.length === 1) {
      settleSingle(pendings[0]!, error);
    } else {
      const { queue } = batches[0]!;
      const middle = Math.ceil(pendings.length / 2);
      await this.#run([{ queue, pendings: pendings.slice(0, middle) }]);
      await this.#run([{ queue, pendings: pendings.slice(middle) }]);
    }
  }

  /**
   * Rejects the commands that name an account whose lock another transaction holds.
   *
   * @returns the other commands
   * @throws ApiError SERVICE_UNAVAILABLE if no others are left; then it has rejected none
   */
  async #refuseHeld(pendings: readonly Pending[], deadline: number): Promise<Pending[]> {
    const userIds = pendings.flatMap(({ request }) => accountsIn(request.command));
    const heldIds = await this.#unitOfWork.run(
      (tx) => findHeldUsers(this.#database, tx, [...new Set(userIds)]),
      { deadline, changesNothing: true },
    );
    const isHeld = ({ request }: Pending): boolean =>
      accountsIn(request.command).some((userId) => heldIds.has(userId));
    const busy = serviceUnavailable('An account that this request names is busy');
    if (pendings.every(isHeld)) throw busy;
    for (const pending of pendings.filter(isHeld)) pending.reject(busy);
    return pendings.filter((pending) => !isHeld(pending));
  }
}

function pendingsIn(batches: readonly RunningBatch[]): Pending[] {
  return batches.flatMap(({ pendings }) => pendings);
}

function isFull(queue: EventQueue): boolean {
  return queue.length >= WAITING_PER_EVENT_MAX || queue.isOverdue;
}

/** A batch must end before the deadline of its oldest command. */
function deadlineOf(pendings: readonly Pending[], startedAt: number): number {
  if (pendings[0]!.isExclusive) return startedAt + EXCLUSIVE_LIMIT_MS;
  return Math.min(...pendings.map(({ deadline }) => deadline));
}

function settle({ queue, pendings }: RunningBatch, { results }: BatchResult): void {
  // Only a large command ends a batch at its front: it needs more time than was given.
  if (results.length === 0) pendings[0]!.markLarge();
  queue.putBack(pendings.slice(results.length));
  results.forEach((result, index) => {
    pendings[index]!.resolve(result);
  });
}

/** If two events ask for one name at the same time, the unique key behind the check decides. */
function settleSingle(pending: Pending, error: unknown): void {
  if (violatesUnique(error, 'uq_events_name', ['event_name'])) {
    pending.resolve(
      refusal('EVENT_NAME_TAKEN', 'Another event already has this name', 'event_name'),
    );
  } else if (faultKind(error) === 'constraint') {
    pending.reject(new Error('A command violated a constraint of the database', { cause: error }));
  } else {
    pending.reject(error);
  }
}
