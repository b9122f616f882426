import { ApiError, serviceUnavailable } from '../errors/api-error';
import { isExclusive, weightOf, type CommandRequest, type CommandResult } from './command-request';
import { scopeId } from './idempotency';

/** Time from a command's request to its answer: queue, pool, lock waits and retries included. */
export const COMMAND_LIMIT_MS = 4_000;
/** A command that has not begun by then is refused: what is left is too short for a run. */
const BEGIN_LIMIT_MS = 3_000;
/** A queue whose oldest command has waited this long takes no more until it has caught up. */
const PATIENCE_MS = 2_000;
/** Commands in one transaction. */
const BATCH_COMMANDS_MAX = 256;
/** About how many rows one transaction writes: this bounds how long it holds its locks. */
const BATCH_ROWS_MAX = 2_000;
/** When a duplicate of a running request may ask again. */
const RETRY_AFTER_SECONDS = 1;

/** A command on its way. It is settled once: by its batch, or because its time is over. */
export class Pending {
  readonly promise: Promise<CommandResult>;
  readonly arrivedAt = performance.now();
  /** When the time of its request began. */
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

  /** While it waits, its time to begin runs. */
  wait(): void {
    this.#timer = setTimeout(
      () => {
        this.onExpiry(this);
      },
      this.#startedAt + BEGIN_LIMIT_MS - performance.now(),
    );
  }

  /** Once it runs, the time of its batch counts. */
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

/** How many commands and rows one transaction takes. */
export class BatchLimits {
  #commands = BATCH_COMMANDS_MAX;
  #rows = BATCH_ROWS_MAX;

  /**
   * Counts a command. The first always fits, however many rows it writes.
   *
   * @returns whether the command fits
   */
  take(request: CommandRequest): boolean {
    const rows = weightOf(request);
    const isUntouched = this.#commands === BATCH_COMMANDS_MAX;
    if (!isUntouched && (this.#commands === 0 || rows > this.#rows)) return false;
    this.#commands -= 1;
    this.#rows -= rows;
    return true;
  }
}

/** The commands of one event that wait for their transaction, in the order of arrival. */
export class EventQueue {
  readonly #waiting: Pending[] = [];
  #running: readonly Pending[] = [];
  #isNextExclusive = false;

  constructor(readonly eventId: number) {}

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Whether more commands arrive than are executed. New ones are then refused at once, so that those
   * in the queue are answered in time: a queue that only grew would serve everyone too late.
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
   * Whether its next batch needs a transaction of its own: for a command on the whole event, or after
   * a transaction shared with other events has failed.
   */
  get isExclusive(): boolean {
    const [first] = this.#waiting;
    return this.#isNextExclusive || first?.isExclusive === true;
  }

  /** Takes the commands that run together next: from the front, as many as the limits allow. */
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

  /** Says that its batch has ended, however it did. */
  endBatch(): void {
    this.#running = [];
  }

  /** Puts back, in front, what could not run with the rest of its batch. */
  putBack(pendings: readonly Pending[]): void {
    for (const pending of pendings) pending.wait();
    this.#waiting.unshift(...pendings);
  }

  /** Puts a batch back that must not share a transaction with other events again. */
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

  #hasDuplicateAhead({ request: { idempotent } }: Pending, index: number): boolean {
    if (!idempotent) return false;
    const scope = scopeId(idempotent);
    return [...this.#running, ...this.#waiting.slice(0, index)].some(
      ({ request }) => request.idempotent && scopeId(request.idempotent) === scope,
    );
  }
}
