/**
 * A clock that all threads of a process share. `performance.now()` starts at 0 in each thread; the
 * system's monotonic clock beneath it is the same for all of them. So a time is converted when it is
 * sent and when it is received, and a time limit includes the way between the threads.
 */
const MS_PER_NS = 1e-6;

/** What this thread's `performance.now()` lacks to the shared clock. */
const AHEAD_MS = Number(process.hrtime.bigint()) * MS_PER_NS - performance.now();

/** @param time on this thread's `performance.now()` clock */
export function toSharedClock(time: number): number {
  return time + AHEAD_MS;
}

/** @returns the time on this thread's `performance.now()` clock */
export function fromSharedClock(time: number): number {
  return time - AHEAD_MS;
}
