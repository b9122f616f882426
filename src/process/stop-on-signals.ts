import cluster from 'node:cluster';
import type { Logger } from '../observability/logger';

/** The message with which the primary process stops a worker. */
export const STOP_MESSAGE = 'tickets:stop';
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/**
 * A terminal's signals that come so soon after the first are the same one: Ctrl+C reaches this process
 * from the terminal and once more from npm.
 */
const TERMINAL_SIGNALS: readonly string[] = ['SIGINT', 'SIGHUP'];
const SAME_SIGNAL_MS = 500;

/**
 * Shuts down gracefully on the first signal and immediately on the second. Uncaught errors shut down
 * too.
 *
 * A worker leaves signals to its primary process, which may have received the same one, and stops when
 * the primary process says so or exits.
 */
export function stopOnSignals(logger: Logger, stop: () => Promise<void>): void {
  let stoppingSince: number | undefined;
  const shutDown = (reason: string, exitCode: number, error?: unknown): void => {
    if (stoppingSince !== undefined) process.exit(1);
    stoppingSince = performance.now();
    if (error === undefined) logger.info(`Shutting down: ${reason}`);
    else logger.error(`Shutting down: ${reason}`, { error });
    stop().then(
      () => process.exit(exitCode),
      () => process.exit(1),
    );
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const isRepeated =
        TERMINAL_SIGNALS.includes(signal) &&
        stoppingSince !== undefined &&
        performance.now() - stoppingSince < SAME_SIGNAL_MS;
      if (!cluster.isWorker && !isRepeated) shutDown(signal, 0);
    });
  }
  process.on('message', (message) => {
    if (message === STOP_MESSAGE && stoppingSince === undefined) {
      shutDown('the primary process is stopping', 0);
    }
  });
  process.on('disconnect', () => {
    if (stoppingSince === undefined) shutDown('the primary process has exited', 1);
  });
  process.on('unhandledRejection', (error) => {
    shutDown('unhandled rejection', 1, error);
  });
  process.on('uncaughtException', (error) => {
    shutDown('uncaught exception', 1, error);
  });
  // A terminal that was closed takes no more lines: that must not cut off requests in flight.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
