import { Worker } from 'node:worker_threads';
import type { WriteTurns } from '../database/write-turns';
import type { NodeObserver } from '../database/writer-connections';
import { outcomeUnknown, serviceUnavailable } from '../errors/api-error';
import { unpackError } from '../errors/portable-error';
import type { CommandRequest, CommandResult, Executor } from '../inventory/command-request';
import type { ExecutorMetrics } from '../inventory/executor-metrics';
import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';
import type { PoolUse } from '../observability/sampled-gauges';
import type { AccountDeleter, DeletionRequest } from '../services/account-deletion.service';
import { toSharedClock } from './clock';
import type { Call, Order, Report, ThreadSettings } from './messages';
import { Outbox } from './outbox';

/** The program of the thread. */
export const THREAD_FILE = require.resolve('./worker');

/** A call that waits for its answer. */
interface Waiting {
  readonly call: Call;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * The inventory in a thread of its own, as the main thread sees it. If the thread ends by itself, all that
 * waits for it fails, and an error that nobody catches stops the process: a supervisor starts it again.
 */
export class InventoryThread implements Executor, AccountDeleter, WriteTurns {
  /** Rejects if the thread could not start. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #orders: Outbox<Order>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #executorMetrics: ExecutorMetrics;
  readonly #nodes: NodeObserver;
  #lastId = 0;
  #isClosing = false;
  /** Why the thread has ended, once it has. */
  #end: Error | undefined;
  #becomeReady!: () => void;
  #failToStart!: (error: Error) => void;

  constructor(options: {
    /** The program: a test runs the compiled one. */
    file: string;
    settings: ThreadSettings;
    logger: Logger;
    metrics: Metrics;
    executorMetrics: ExecutorMetrics;
    nodes: NodeObserver;
  }) {
    this.#logger = options.logger;
    this.#metrics = options.metrics;
    this.#executorMetrics = options.executorMetrics;
    this.#nodes = options.nodes;
    this.#worker = new Worker(options.file, { workerData: options.settings });
    this.#orders = new Outbox(this.#worker);
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#failToStart = reject;
    });
    // Those who wait for it see its rejection; for all others, the thread's end is reported below.
    this.ready.catch(() => undefined);
    let error: unknown;
    this.#worker.on('message', (reports: readonly Report[]) => {
      for (const report of reports) this.#take(report);
    });
    this.#worker.on('error', (cause) => {
      error = cause;
    });
    this.#worker.on('exit', (code) => {
      this.#noteEnd(error ?? new Error(`Exit code ${String(code)}`));
    });
  }

  /**
   * @throws ApiError as `InventoryExecutor.execute` says
   * @throws ApiError SERVICE_UNAVAILABLE if the thread had ended before the command was sent to it
   * @throws ApiError OUTCOME_UNKNOWN if it has ended since
   */
  async execute(eventId: number, request: CommandRequest): Promise<CommandResult> {
    const { startedAt = performance.now() } = request;
    const timed = { ...request, startedAt: toSharedClock(startedAt) };
    return (await this.#call({ to: 'execute', eventId, request: timed })) as CommandResult;
  }

  /** @throws ApiError as `AccountDeletion.delete` and `execute` say */
  async delete(userId: number, request: DeletionRequest): Promise<void> {
    await this.#call({ to: 'delete-account', userId, request });
  }

  async take(): Promise<() => void> {
    const id = this.#lastId + 1;
    await this.#call({ to: 'take-turn' });
    return () => {
      this.#orders.add({ endTurn: id });
    };
  }

  async poolUse(): Promise<PoolUse> {
    return (await this.#call({ to: 'read-pool-use' })) as PoolUse;
  }

  /** Waits until the thread has ended what it runs and closed its connections, and ends it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#call({ to: 'close' }).catch(() => undefined);
    await this.#worker.terminate();
  }

  #call(call: Call): Promise<unknown> {
    if (this.#end) return Promise.reject(unreachable(this.#end));
    this.#lastId += 1;
    const id = this.#lastId;
    this.#orders.add({ id, call });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { call, resolve, reject });
    });
  }

  #take(report: Report): void {
    switch (report.kind) {
      case 'ready':
        this.#becomeReady();
        return;
      case 'done':
        this.#settled(report.id)?.resolve(report.result);
        return;
      case 'failed':
        this.#settled(report.id)?.reject(unpackError(report.error));
        return;
      case 'turned-away':
        this.#executorMetrics.countTurnedAway();
        return;
      case 'ran':
        this.#executorMetrics.observeTransaction(report.figures);
        return;
      case 'retried':
        this.#metrics.transactionRetries.inc();
        return;
      case 'node-serves':
        this.#nodes.nodeServes(report.node, report.before);
        return;
      case 'warning':
        this.#logger.warn(report.message, report.details);
        return;
    }
  }

  #settled(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** Fails what waits: nothing became of what was not sent; of the rest, it can't be known. */
  #noteEnd(cause: unknown): void {
    const end = new Error("The inventory's thread has ended", { cause });
    this.#end = end;
    this.#failToStart(end);
    for (const order of this.#orders.takeUnsent()) {
      if ('id' in order) this.#settled(order.id)?.reject(unreachable(end));
    }
    for (const waiting of this.#waiting.values()) {
      const { call } = waiting;
      const isChange = call.to === 'execute' || call.to === 'delete-account';
      waiting.reject(isChange ? outcomeUnknown(end) : unreachable(end));
    }
    this.#waiting.clear();
    if (!this.#isClosing) throw end;
  }
}

function unreachable(end: Error): Error {
  return serviceUnavailable('The server is stopping', end);
}
