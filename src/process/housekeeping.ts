import { setTimeout as pause } from 'node:timers/promises';
import type { Container } from '../container';
import { removeExpiredKeys } from '../inventory/idempotency';

/** How often expired idempotency keys are removed. */
const INTERVAL_MS = 5 * 60_000;
/** Pause between two batches. */
const BATCH_PAUSE_MS = 100;

/** Removes expired idempotency keys in small batches. */
export function startHousekeeping({ database, logger }: Container): { stop(): void } {
  let isStopped = false;
  const removeAllExpired = async (): Promise<void> => {
    try {
      while (!isStopped && (await removeExpiredKeys(database))) await pause(BATCH_PAUSE_MS);
    } catch (error) {
      logger.warn('Could not remove expired idempotency keys; retrying later', { error });
    }
  };
  const timer = setInterval(() => void removeAllExpired(), INTERVAL_MS);
  timer.unref();
  return {
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
