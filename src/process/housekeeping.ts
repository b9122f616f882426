import { setTimeout as pause } from 'node:timers/promises';
import type { Container } from '../container';
import { removeExpiredKeys } from '../inventory/idempotency';
import { removeExpiredSessions } from '../services/sessions.service';
import { rebuildOutdatedQueue, removeEmptyBlocks } from '../inventory/queue-blocks';

/** How often housekeeping runs. */
const INTERVAL_MS = 5 * 60_000;
/** Pause between two batches. */
const BATCH_PAUSE_MS = 100;

/**
 * Removes expired keys, expired sessions and empty blocks in small batches, and rebuilds the sums of queues that a server
 * of an earlier version has changed. The first run starts immediately.
 */
export function startHousekeeping({ database, unitOfWork, bulkheads, logger }: Container): {
  stop(): void;
} {
  const { background } = bulkheads;
  let isStopped = false;
  const repeat = async (doOne: () => Promise<boolean>): Promise<void> => {
    while (!isStopped && (await background.run(doOne))) await pause(BATCH_PAUSE_MS);
  };
  const tidy = async (): Promise<void> => {
    try {
      await repeat(() => rebuildOutdatedQueue(database, unitOfWork));
      await repeat(() => removeExpiredKeys(database));
      await repeat(() => removeExpiredSessions(database));
      if (!isStopped) await background.run(() => removeEmptyBlocks(database));
    } catch (error) {
      if (!isStopped) logger.warn('Housekeeping failed; retrying later', { error });
    }
  };
  void tidy();
  const timer = setInterval(() => void tidy(), INTERVAL_MS);
  timer.unref();
  return {
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
