import { appendFileSync } from 'node:fs';

/** The result of one fault test: a row of docs/reliability.md. */
export interface FaultRow {
  /** The heading of its table. */
  readonly area: string;
  readonly fault: string;
  readonly checked: string;
  readonly times: number;
  readonly held: boolean;
  /** Measurements, if any. */
  readonly found?: string;
}

/** Time limit for one fault in the longest run. */
const LIMIT_MS = 30 * 60_000;

/**
 * A test whose result goes into the report.
 *
 * @param run breaks something and checks what must hold; returns how often, and any measurements
 */
export function survives(
  { area, fault, checked }: Pick<FaultRow, 'area' | 'fault' | 'checked'>,
  run: () => Promise<number | Pick<FaultRow, 'times' | 'found'>>,
): void {
  it(
    `${fault}: ${checked}`,
    async () => {
      try {
        const result = await run();
        const seen = typeof result === 'number' ? { times: result } : result;
        record({ area, fault, checked, ...seen, held: true });
      } catch (error) {
        record({ area, fault, checked, times: 1, held: false });
        throw error;
      }
    },
    LIMIT_MS,
  );
}

/** A run with a report sets the file that collects its rows. */
function record(row: FaultRow): void {
  const file = process.env.TEST_FAULT_ROWS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}
