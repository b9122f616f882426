import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '../observability/logger';
import { answerMetricsRequests } from '../observability/cluster-metrics';
import { STOP_MESSAGE } from './stop-on-signals';

/** Pause before a crashed worker is replaced; it doubles with each consecutive crash. */
const FIRST_RESTART_PAUSE_MS = 500;
const MAX_RESTART_PAUSE_MS = 30_000;
/** A crash of a worker that served this long counts as the first one again. */
const SOUND_AFTER_MS = 60_000;
/** How long workers may take to drain; their own limit is lower. */
const STOP_LIMIT_MS = 9_800;

/** Runs several workers that serve one port, and replaces those that crash. */
export class Supervisor {
  #isStopping = false;
  #hasServed = false;
  #crashesInARow = 0;
  readonly #startedAt = new Map<number, number>();

  constructor(
    private readonly workers: number,
    private readonly shutdownDelaySeconds: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    answerMetricsRequests();
    cluster.on('listening', (worker) => {
      this.#hasServed = true;
      // A worker that was still starting has missed the message.
      if (this.#isStopping) sendStop(worker);
    });
    cluster.on('exit', (worker, code, signal) => {
      this.#onExit(worker, signal || `exit code ${String(code)}`);
    });
    for (let count = 0; count < this.workers; count += 1) this.#fork();
  }

  /**
   * Stops all workers; each finishes its requests in flight.
   *
   * @returns whether all stopped in time
   */
  async stop(): Promise<boolean> {
    this.#isStopping = true;
    const workers = this.#living();
    const allGone = Promise.all(
      workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))),
    );
    workers.forEach(sendStop);
    let limit: NodeJS.Timeout | undefined;
    const isLate = new Promise<'late'>((resolve) => {
      limit = setTimeout(resolve, this.shutdownDelaySeconds * 1_000 + STOP_LIMIT_MS, 'late');
    });
    const outcome = await Promise.race([allGone, isLate]);
    clearTimeout(limit);
    if (outcome === 'late') this.kill();
    return outcome !== 'late';
  }

  /** Kills all workers immediately. */
  kill(): void {
    for (const worker of this.#living()) worker.process.kill('SIGKILL');
  }

  #living(): Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  }

  #fork(): void {
    const worker = cluster.fork();
    // A message to a worker that has just died fails; its exit is reported separately.
    worker.on('error', () => undefined);
    this.#startedAt.set(worker.id, performance.now());
  }

  #onExit(worker: Worker, reason: string): void {
    const lifetime = performance.now() - (this.#startedAt.get(worker.id) ?? 0);
    this.#startedAt.delete(worker.id);
    if (this.#isStopping) return;
    if (!this.#hasServed) {
      // The cause is the configuration or the database; the worker has logged it.
      this.#isStopping = true;
      this.kill();
      process.exitCode = 1;
      return;
    }
    this.#crashesInARow = lifetime >= SOUND_AFTER_MS ? 1 : this.#crashesInARow + 1;
    const pauseMs = Math.min(
      FIRST_RESTART_PAUSE_MS * 2 ** (this.#crashesInARow - 1),
      MAX_RESTART_PAUSE_MS,
    );
    this.logger.error('A worker exited and will be replaced', { reason, pauseMs });
    setTimeout(() => {
      if (!this.#isStopping) this.#fork();
    }, pauseMs);
  }
}

function sendStop(worker: Worker): void {
  if (worker.isConnected()) worker.send(STOP_MESSAGE);
}
