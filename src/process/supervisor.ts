import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '../observability/logger';
import { answerMetricsRequests } from '../observability/cluster-metrics';
import { STOP_MESSAGE } from './stop-on-signals';

/** Pause before a worker that crashed is replaced; it doubles with each crash in a row. */
const FIRST_RESTART_PAUSE_MS = 500;
const MAX_RESTART_PAUSE_MS = 30_000;
/** A worker that served this long was sound: the next crash is a first one again. */
const SOUND_AFTER_MS = 60_000;
/** How long workers may take to stop; their own limit is below it. */
const STOP_LIMIT_MS = 9_800;

/** Runs several workers that serve one port, and replaces those that crash. */
export class Supervisor {
  #isStopping = false;
  #hasServed = false;
  #crashesInARow = 0;
  readonly #startedAt = new Map<number, number>();

  constructor(
    private readonly workers: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    answerMetricsRequests();
    cluster.on('listening', (worker) => {
      this.#hasServed = true;
      // One that was still starting has not heard it.
      if (this.#isStopping) tellToStop(worker);
    });
    cluster.on('exit', (worker, code, signal) => {
      this.#onExit(worker, signal || `exit code ${String(code)}`);
    });
    for (let count = 0; count < this.workers; count += 1) this.#fork();
  }

  /**
   * Stops all workers; each answers what it has begun.
   *
   * @returns whether all have stopped in time
   */
  async stop(): Promise<boolean> {
    this.#isStopping = true;
    const workers = this.#living();
    const allGone = Promise.all(
      workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))),
    );
    workers.forEach(tellToStop);
    let limit: NodeJS.Timeout | undefined;
    const isLate = new Promise<'late'>((resolve) => {
      limit = setTimeout(resolve, STOP_LIMIT_MS, 'late');
    });
    const outcome = await Promise.race([allGone, isLate]);
    clearTimeout(limit);
    if (outcome === 'late') this.kill();
    return outcome !== 'late';
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const worker of this.#living()) worker.process.kill('SIGKILL');
  }

  #living(): Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  }

  #fork(): void {
    const worker = cluster.fork();
    // A message to one that has just died; that it is gone is told by itself.
    worker.on('error', () => undefined);
    this.#startedAt.set(worker.id, performance.now());
  }

  #onExit(worker: Worker, reason: string): void {
    const lifetime = performance.now() - (this.#startedAt.get(worker.id) ?? 0);
    this.#startedAt.delete(worker.id);
    if (this.#isStopping) return;
    if (!this.#hasServed) {
      // The fault is the configuration's or the database's: the worker has said which.
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
    this.logger.error('A worker ended; another takes its place', { reason, pauseMs });
    setTimeout(() => {
      if (!this.#isStopping) this.#fork();
    }, pauseMs);
  }
}

function tellToStop(worker: Worker): void {
  if (worker.isConnected()) worker.send(STOP_MESSAGE);
}
