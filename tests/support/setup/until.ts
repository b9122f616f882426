import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 10_000;
/** InnoDB’s own tables are renewed only when nobody has looked at them for 100 ms. */
const POLL_MS = 120;
/** Tests that look in step at one server would never let that time pass: none keeps step. */
const POLL_JITTER_MS = 120;

/**
 * Waits for what another process or the database does, where no event tells of it.
 *
 * @throws Error when it does not come true in time
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs = LIMIT_MS,
  pollMs = POLL_MS,
): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error('What was waited for did not come true');
    await pause(pollMs + Math.random() * POLL_JITTER_MS);
  }
}
