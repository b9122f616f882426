/** What the audit log keeps of the request behind a change. */
export interface RequestTrace {
  readonly requestId: string;
}
