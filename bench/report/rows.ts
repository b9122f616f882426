import type { Measured } from '../arena';
import { withSpread } from './finding';

export const PROCESSOR_COLUMNS = ['main thread µs', 'other threads µs', 'database µs'] as const;

export const RATE_COLUMNS = ['requests/s', 'p50 ms', 'p99 ms', ...PROCESSOR_COLUMNS] as const;

/** Processor time for each request, as cells for `PROCESSOR_COLUMNS`. */
export function processorCells(rounds: readonly Measured[]): string[] {
  return [
    withSpread(rounds.map(({ mainUs }) => mainUs)),
    withSpread(rounds.map(({ othersUs }) => othersUs)),
    withSpread(rounds.map(({ databaseUs }) => databaseUs)),
  ];
}

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
    ...processorCells(rounds),
  ];
}
