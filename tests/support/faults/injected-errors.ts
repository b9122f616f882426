import type { InjectedError } from './fault-proxy';

/** Conflicts, after which the same transaction may succeed when it is run again as a whole. */
export const CONFLICTS = [
  { errno: 1213, sqlState: '40001', endsTransaction: true },
  // InnoDB gives up only the statement: what came before it would be committed.
  { errno: 1205, sqlState: 'HY000', endsTransaction: false },
  { errno: 1020, sqlState: 'HY000', endsTransaction: true },
] as const satisfies readonly InjectedError[];

/** Something that nobody has thought of. */
export const UNHEARD_OF: InjectedError = { errno: 1105, sqlState: 'HY000', endsTransaction: false };

/** The server has become read-only meanwhile: it refuses to write, also at COMMIT. */
export const READ_ONLY: InjectedError = { errno: 1290, sqlState: 'HY000', endsTransaction: false };
