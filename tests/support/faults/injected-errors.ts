import type { InjectedError } from './fault-proxy';

/** Conflicts, after which the same transaction may succeed if it is retried as a whole. */
export const CONFLICTS = [
  { errno: 1213, sqlState: '40001', endsTransaction: true },
  // InnoDB rolls back only the statement: the earlier ones would be committed.
  { errno: 1205, sqlState: 'HY000', endsTransaction: false },
  { errno: 1020, sqlState: 'HY000', endsTransaction: true },
] as const satisfies readonly InjectedError[];

/** An error that the server does not handle specially. */
export const UNEXPECTED: InjectedError = { errno: 1105, sqlState: 'HY000', endsTransaction: false };

/** The database server has become read-only: it refuses writes, even at COMMIT. */
export const READ_ONLY: InjectedError = { errno: 1290, sqlState: 'HY000', endsTransaction: false };
