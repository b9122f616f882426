import type { Actor } from '../domain/rights';

/** The request behind a change. */
export interface RequestContext {
  readonly actor: Actor;
  /** For the audit log. */
  readonly requestId: string;
  /** When the request arrived, on the `performance.now()` clock. Its time limit starts then. */
  readonly startedAt: number;
}
