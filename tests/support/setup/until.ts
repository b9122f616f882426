import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 10_000;
/** InnoDB's own tables are refreshed only if they have not been read for 100 ms. */
const POLL_MS = 120;
/** Jitter, because tests that poll one server in step would never let that time pass. */
const POLL_JITTER_MS = 120;

/**
 * Polls for a state of another process or the database for which there is no event.
 *
 * @throws Error if the condition does not become true in time
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs = LIMIT_MS,
  pollMs = POLL_MS,
): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error('The condition did not become true in time');
    await pause(pollMs + Math.random() * POLL_JITTER_MS);
  }
}
