import { ApiError, serviceUnavailable } from '../errors/api-error';
import { isExclusive, weightOf, type CommandRequest, type CommandResult } from './command-request';
import { scopeId } from './idempotency';

/** Time limit from a command's request to its answer, with queue, pool, lock waits and retries. */
export const COMMAND_LIMIT_MS = 4_000;
/** A command that has not started by then is rejected: too little time is left for a run. */
const BEGIN_LIMIT_MS = 3_000;
/** A queue whose oldest command has waited this long takes no more until it catches up. */
const PATIENCE_MS = 2_000;
/** Most commands of one transaction. */
const BATCH_COMMANDS_MAX = 256;
/** Approximate limit of the rows one transaction writes: bounds how long it holds its locks. */
const BATCH_ROWS_MAX = 2_000;
/** When a duplicate of a running request may retry. */
const RETRY_AFTER_SECONDS = 1;

/** A command in flight. It is settled once: by its batch, or because its time is over. */
export class Pending {
  readonly promise: Promise<CommandResult>;
  readonly arrivedAt = performance.now();
  /** When its request arrived. */
  readonly #startedAt: number;
  readonly deadline: number;
  #resolve!: (result: CommandResult) => void;
  #reject!: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #isSettled = false;
  #isLarge = false;

  constructor(
    readonly request: CommandRequest,
    private readonly onExpiry: (pending: Pending) => void,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#startedAt = request.startedAt ?? this.arrivedAt;
    this.deadline = this.#startedAt + COMMAND_LIMIT_MS;
    this.wait();
  }

  /** Whether it runs in a transaction of its own. */
  get isExclusive(): boolean {
    return this.#isLarge || isExclusive(this.request);
  }

  /** Says that it has turned out to touch very many rows. */
  markLarge(): void {
    this.#isLarge = true;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Starts the timer that ends the wait for a transaction. */
  wait(): void {
    this.#timer = setTimeout(
      () => {
        this.onExpiry(this);
      },
      this.#startedAt + BEGIN_LIMIT_MS - performance.now(),
    );
  }

  /** Stops that timer: once the command runs, the deadline of its batch counts. */
  start(): void {
    clearTimeout(this.#timer);
  }

  resolve(result: CommandResult): void {
    this.start();
    this.#isSettled = true;
    this.#resolve(result);
  }

  reject(error: unknown): void {
    this.start();
    this.#isSettled = true;
    this.#reject(error);
  }
}

/** Limits the commands and rows of one transaction. */
export class BatchLimits {
  #commands = BATCH_COMMANDS_MAX;
  #rows = BATCH_ROWS_MAX;

  /**
   * Counts a command if it fits. The first command always fits, however many rows it writes.
   *
   * @returns whether the command fits
   */
  take(request: CommandRequest): boolean {
    const rows = weightOf(request);
    const isFirst = this.#commands === BATCH_COMMANDS_MAX;
    if (!isFirst && (this.#commands === 0 || rows > this.#rows)) return false;
    this.#commands -= 1;
    this.#rows -= rows;
    return true;
  }
}

/** The commands of one event that wait for a transaction, in the order of arrival. */
export class EventQueue {
  readonly #waiting: Pending[] = [];
  #running: readonly Pending[] = [];
  #isNextExclusive = false;

  constructor(readonly eventId: number) {}

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Whether commands arrive faster than they are executed. New commands are then rejected at once,
   * so that the queued ones are answered in time: a growing queue would answer everyone too late.
   */
  get isOverdue(): boolean {
    const [oldest] = this.#waiting;
    return oldest !== undefined && performance.now() - oldest.arrivedAt > PATIENCE_MS;
  }

  add(request: CommandRequest): Pending {
    const pending = new Pending(request, (expired) => {
      this.#expire(expired);
    });
    this.#waiting.push(pending);
    return pending;
  }

  /**
   * Whether the next batch needs a transaction of its own: for a command on the whole event, or
   * after a transaction shared with other events failed.
   */
  get isExclusive(): boolean {
    const [first] = this.#waiting;
    return this.#isNextExclusive || first?.isExclusive === true;
  }

  /** Takes the next commands to run together from the head, as many as the limits allow. */
  takeBatch(limits = new BatchLimits()): Pending[] {
    const batch: Pending[] = [];
    for (const pending of this.#waiting) {
      const mustWait = batch.length > 0 && (pending.isExclusive || batch[0]!.isExclusive);
      if (mustWait || !limits.take(pending.request)) break;
      batch.push(pending);
    }
    this.#waiting.splice(0, batch.length);
    for (const pending of batch) pending.start();
    this.#running = batch;
    this.#isNextExclusive = false;
    return batch;
  }

  /** Call it when the batch has ended, whether it succeeded or failed. */
  endBatch(): void {
    this.#running = [];
  }

  /** Puts commands that could not run with their batch back at the head of the queue. */
  putBack(pendings: readonly Pending[]): void {
    for (const pending of pendings) pending.wait();
    this.#waiting.unshift(...pendings);
  }

  /** Puts a batch back that must run in a transaction without other events. */
  makeExclusive(batch: readonly Pending[]): void {
    this.putBack(batch);
    this.#isNextExclusive = true;
  }

  #expire(pending: Pending): void {
    const index = this.#waiting.indexOf(pending);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    pending.reject(
      this.#hasDuplicateAhead(pending, index)
        ? new ApiError(
            'IDEMPOTENCY_KEY_IN_USE',
            'The first request with this Idempotency-Key is still running',
            { retryAfterSeconds: RETRY_AFTER_SECONDS },
          )
        : serviceUnavailable('This event is too busy'),
    );
  }

  #hasDuplicateAhead({ request: { idempotencyKey } }: Pending, index: number): boolean {
    if (!idempotencyKey) return false;
    const scope = scopeId(idempotencyKey);
    return [...this.#running, ...this.#waiting.slice(0, index)].some(
      ({ request }) => request.idempotencyKey && scopeId(request.idempotencyKey) === scope,
    );
  }
}
