import type { Contestant } from './bench-server';

/** The number of clients in comparisons with a single one. */
export const CROWD = 256;

export interface Entrant {
  readonly name: string;
  readonly contestant: Contestant;
  readonly env?: Readonly<Record<string, string>>;
  /** If fewer rounds are enough. */
  readonly rounds?: number;
}

/** A pool as large as the connection limit of the database allows. */
const LARGE_POOL = 120;

export const ENTRANTS: readonly Entrant[] = [
  { name: 'ours', contestant: 'ours' },
  { name: 'textbook', contestant: 'textbook' },
  { name: 'idle chain', contestant: 'idle chain' },
  { name: 'empty', contestant: 'empty' },
  {
    name: `textbook, pool of ${String(LARGE_POOL)}`,
    contestant: 'textbook',
    env: { DB_POOL_MAX: String(LARGE_POOL) },
    rounds: 1,
  },
];
