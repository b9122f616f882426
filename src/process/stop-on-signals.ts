import cluster from 'node:cluster';
import type { Logger } from '../observability/logger';

/** The message with which the primary process stops a worker. */
export const STOP_MESSAGE = 'tickets:stop';
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Shuts down gracefully on the first signal and immediately on the second. Uncaught errors shut down
 * too.
 *
 * A worker leaves signals to its primary process, which may have received the same one, and stops when
 * the primary process says so or exits.
 */
export function stopOnSignals(logger: Logger, stop: () => Promise<void>): void {
  let isStopping = false;
  const shutDown = (reason: string, exitCode: number, error?: unknown): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    if (error === undefined) logger.info(`Shutting down: ${reason}`);
    else logger.error(`Shutting down: ${reason}`, { error });
    stop().then(
      () => process.exit(exitCode),
      () => process.exit(1),
    );
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (!cluster.isWorker) shutDown(signal, 0);
    });
  }
  process.on('message', (message) => {
    if (message === STOP_MESSAGE && !isStopping) shutDown('the primary process is stopping', 0);
  });
  process.on('disconnect', () => {
    if (!isStopping) shutDown('the primary process has exited', 1);
  });
  process.on('unhandledRejection', (error) => {
    shutDown('unhandled rejection', 1, error);
  });
  process.on('uncaughtException', (error) => {
    shutDown('uncaught exception', 1, error);
  });
}
