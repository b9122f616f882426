import { appendFileSync } from 'node:fs';

/** What one fault test has shown: a row of docs/reliability.md. */
export interface FaultRow {
  /** Heading under which it stands. */
  readonly area: string;
  readonly fault: string;
  readonly checked: string;
  readonly times: number;
  readonly held: boolean;
  /** What was measured, where something was. */
  readonly found?: string;
}

/** Longest time for one fault, in the longest run. */
const LIMIT_MS = 30 * 60_000;

/**
 * A test whose result stands in the report.
 *
 * @param run breaks something and checks what must hold; tells how often it was broken, and what
 * was measured
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

/** A run that makes a report says where it gathers its rows. */
function record(row: FaultRow): void {
  const file = process.env.TEST_FAULT_ROWS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}
