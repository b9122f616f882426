import { ApiError, serviceUnavailable } from '../errors/api-error';
import { runsAlone, weightOf, type CommandRequest, type CommandResult } from './command-request';
import { scopeId } from './idempotency';

/** Time from a command's arrival to its answer: queue, pool, lock waits and retries included. */
export const COMMAND_LIMIT_MS = 4_000;
/** By then a command must have begun: the rest of its time is for a run that has a chance. */
const BEGIN_LIMIT_MS = 3_000;
/** A queue whose oldest command has waited this long takes no more until it has caught up. */
const PATIENCE_MS = 2_000;
/** Commands in one transaction. */
const GROUP_COMMANDS = 256;
/** Rows that one group writes, about: bounds how long it holds the lock. */
const GROUP_ROWS = 2_000;
/** When a twin of a running request may ask again. */
const RETRY_AFTER_SECONDS = 1;

/** A command on its way. Settles once: by its group, or by its time being over. */
export class Pending {
  readonly promise: Promise<CommandResult>;
  readonly arrivedAt = performance.now();
  readonly deadline = this.arrivedAt + COMMAND_LIMIT_MS;
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
    this.wait();
  }

  /** While it waits, its time to begin counts. */
  wait(): void {
    this.#timer = setTimeout(
      () => {
        this.onExpiry(this);
      },
      this.arrivedAt + BEGIN_LIMIT_MS - performance.now(),
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

/** The commands of one event that wait for their transaction, in the order in which they came. */
export class EventQueue {
  readonly #waiting: Pending[] = [];
  #running: readonly Pending[] = [];

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

  /** Takes the commands that run together next: those in front, as many as one group can hold. */
  takeGroup(): Pending[] {
    const group: Pending[] = [];
    let rows = 0;
    for (const { request } of this.#waiting) {
      const mustWait =
        group.length > 0 &&
        (runsAlone(request) ||
          runsAlone(group[0]!.request) ||
          group.length === GROUP_COMMANDS ||
          rows + weightOf(request) > GROUP_ROWS);
      if (mustWait) break;
      group.push(this.#waiting[group.length]!);
      rows += weightOf(request);
    }
    this.#waiting.splice(0, group.length);
    for (const pending of group) pending.start();
    this.#running = group;
    return group;
  }

  /** Puts back, in front, what could not run with the rest of its group. */
  putBack(pendings: readonly Pending[]): void {
    for (const pending of pendings) pending.wait();
    this.#waiting.unshift(...pendings);
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
