import type { Measured } from '../arena';
import { withSpread } from './finding';

export const RATE_COLUMNS = ['requests/s', 'p50 ms', 'p99 ms'] as const;

/** The rounds of one side as cells for `RATE_COLUMNS`. */
export function rateCells(rounds: readonly Measured[]): string[] {
  return [
    withSpread(rounds.map(({ rate }) => rate)),
    withSpread(
      rounds.map(({ p50Ms }) => p50Ms),
      2,
    ),
    withSpread(
      rounds.map(({ p99Ms }) => p99Ms),
      1,
    ),
  ];
}
