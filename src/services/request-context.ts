import type { Actor } from '../domain/rights';

/** The request behind a change. */
export interface RequestContext {
  readonly actor: Actor;
  /** For the audit log. */
  readonly requestId: string;
  /** When it arrived, on the `performance.now()` clock: its time to be answered counts from then. */
  readonly startedAt: number;
}
