/** What is kept of the request behind a change. */
export interface RequestTrace {
  /** For the audit log. */
  readonly requestId: string;
  /** When it came, on the `performance.now()` clock: its time to be answered counts from then. */
  readonly startedAt: number;
}
