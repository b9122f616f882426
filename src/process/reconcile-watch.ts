import { setTimeout as pause } from 'node:timers/promises';
import type { Container } from '../container';

/** Pause between two events; longer after a long check, so that checks take a hundredth of the time. */
const MIN_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 5 * 60_000;
const PAUSE_PER_CHECK = 99;
/** Pause after all events have been checked, and after a failure. */
const ROUND_PAUSE_MS = 60_000;
const MS_PER_SECOND = 1_000;

/**
 * Reconciles one event after the other while the process serves, and reports discrepancies to the
 * metrics and the log. The counters are right by construction; this verifies it.
 */
export function startReconcileWatch({ services, bulkheads, logger, metrics }: Container): {
  stop(): void;
} {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rest = (ms: number): Promise<void> => pause(ms, undefined, { signal, ref: false });
  const faulty = new Set<number>();

  const checkAll = async (): Promise<void> => {
    const checks = services.reconcile.reconcileAll({ eventsAtOnce: 1 });
    for (;;) {
      const { tookMs, checked } = await bulkheads.background.run(() => timed(() => checks.next()));
      if (checked.done) break;
      const { event, faults } = checked.value;
      if (faults.length > 0) {
        faulty.add(event.id);
        logger.error('The counters of an event differ from its rows', { event: event.id, faults });
      } else {
        faulty.delete(event.id);
      }
      metrics.reconcileChecks.inc();
      noteTime();
      await rest(Math.min(Math.max(MIN_PAUSE_MS, tookMs * PAUSE_PER_CHECK), MAX_PAUSE_MS));
    }
    noteTime();
  };
  const noteTime = (): void => {
    metrics.reconcileFaultyEvents.set(faulty.size);
    metrics.reconcileLastCheck.set(Date.now() / MS_PER_SECOND);
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      await checkAll().catch((error: unknown) => {
        if (signal.aborted) return;
        logger.warn('Could not reconcile the events; retrying later', { error });
      });
      await rest(ROUND_PAUSE_MS);
    }
  };
  // Ends only when it is stopped.
  watch().catch(() => undefined);
  return {
    stop() {
      stopping.abort();
    },
  };
}

/** How long a check takes, without the wait for its connection. */
async function timed<T>(check: () => Promise<T>): Promise<{ tookMs: number; checked: T }> {
  const startedAt = performance.now();
  const checked = await check();
  return { tookMs: performance.now() - startedAt, checked };
}
