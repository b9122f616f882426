import cluster from 'node:cluster';
import type { Logger } from '../observability/logger';

/** What the primary process says to a worker that is to stop. */
export const STOP_MESSAGE = 'tickets:stop';
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Stops cleanly on the first signal and at once on the second; a bug that nobody caught stops too.
 *
 * A worker leaves signals to its primary process, which may have got the same one, and stops when it
 * says so or is gone.
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
    if (message === STOP_MESSAGE && !isStopping) shutDown('the primary process stops', 0);
  });
  process.on('disconnect', () => {
    if (!isStopping) shutDown('the primary process is gone', 1);
  });
  process.on('unhandledRejection', (error) => {
    shutDown('unhandled rejection', 1, error);
  });
  process.on('uncaughtException', (error) => {
    shutDown('uncaught exception', 1, error);
  });
}
