import { ApiError, serviceUnavailable } from '../errors/api-error';
import { isExclusive, weightOf, type CommandRequest, type CommandResult } from './command-request';
import { scopeId } from './idempotency';

/** Time from a command's request to its answer: queue, pool, lock waits and retries included. */
export const COMMAND_LIMIT_MS = 4_000;
/** By then a command must have begun: the rest of its time is for a run that has a chance. */
const BEGIN_LIMIT_MS = 3_000;
/** A queue whose oldest command has waited this long takes no more until it has caught up. */
const PATIENCE_MS = 2_000;
/** Commands in one transaction. */
const BATCH_COMMANDS_MAX = 256;
/** Rows that one transaction writes, about: bounds how long it holds its locks. */
const BATCH_ROWS_MAX = 2_000;
/** When a twin of a running request may ask again. */
const RETRY_AFTER_SECONDS = 1;

/** A command on its way. Settles once: by its group, or by its time being over. */
export class Pending {
  readonly promise: Promise<CommandResult>;
  readonly arrivedAt = performance.now();
  /** When the time of its request began. */
  readonly #startedAt: number;
  readonly deadline: number;
  #resolve!: (result: CommandResult) => void;
  #reject!: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;

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

  /** While it waits, its time to begin counts. */
  wait(): void {
    this.#timer = setTimeout(
      () => {
        this.onExpiry(this);
      },
      this.#startedAt + BEGIN_LIMIT_MS - performance.now(),
    );
  }

  /** Once it runs, its group's time counts. */
  start(): void {
    clearTimeout(this.#timer);
  }

  resolve(result: CommandResult): void {
    this.start();
    this.#resolve(result);
  }

  reject(error: unknown): void {
    this.start();
    this.#reject(error);
  }
}

/** What one transaction has room for. */
export class BatchLimits {
  #commands = BATCH_COMMANDS_MAX;
  #rows = BATCH_ROWS_MAX;

  /**
   * Takes room for a command. The first always fits, however many rows it writes.
   *
   * @returns whether there was room
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

/** The commands of one event that wait for their transaction, in the order in which they came. */
export class EventQueue {
  readonly #waiting: Pending[] = [];
  #running: readonly Pending[] = [];
  #isNextExclusive = false;

  constructor(readonly eventId: number) {}

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Whether more comes than is done. Whoever is refused then is refused at once, and those who are
   * not are served in time: a queue that only grew would in the end serve everyone too late.
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
   * Whether its next group needs a transaction of its own: for a command on the whole event, and for
   * an event that ran with others in vain.
   */
  get isExclusive(): boolean {
    const [first] = this.#waiting;
    return this.#isNextExclusive || (first !== undefined && isExclusive(first.request));
  }

  /** Takes the commands that run together next: those in front, as many as there is room for. */
  takeBatch(room = new BatchLimits()): Pending[] {
    const group: Pending[] = [];
    for (const pending of this.#waiting) {
      const mustWait =
        group.length > 0 && (isExclusive(pending.request) || isExclusive(group[0]!.request));
      if (mustWait || !room.take(pending.request)) break;
      group.push(pending);
    }
    this.#waiting.splice(0, group.length);
    for (const pending of group) pending.start();
    this.#running = group;
    this.#isNextExclusive = false;
    return group;
  }

  /** Says that its group has ended, however it did. */
  endBatch(): void {
    this.#running = [];
  }

  /** Puts back, in front, what could not run with the rest of its group. */
  putBack(pendings: readonly Pending[]): void {
    for (const pending of pendings) pending.wait();
    this.#waiting.unshift(...pendings);
  }

  /** Puts a group back that must not run with other events' again. */
  makeExclusive(group: readonly Pending[]): void {
    this.putBack(group);
    this.#isNextExclusive = true;
  }

  #expire(pending: Pending): void {
    const index = this.#waiting.indexOf(pending);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    pending.reject(
      this.#hasTwinAhead(pending, index)
        ? new ApiError(
            'IDEMPOTENCY_KEY_IN_USE',
            'The first request with this Idempotency-Key is still running',
            { retryAfterSeconds: RETRY_AFTER_SECONDS },
          )
        : serviceUnavailable('This event is too busy'),
    );
  }

  #hasTwinAhead({ request: { once } }: Pending, index: number): boolean {
    if (!once) return false;
    const scope = scopeId(once);
    return [...this.#running, ...this.#waiting.slice(0, index)].some(
      ({ request }) => request.once && scopeId(request.once) === scope,
    );
  }
}
