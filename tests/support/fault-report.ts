import { appendFileSync } from 'node:fs';

/** What one fault test has shown: a row of docs/reliability.md. */
export interface FaultRow {
  /** Heading under which it stands. */
  readonly area: string;
  readonly fault: string;
  readonly checked: string;
  readonly times: number;
  readonly held: boolean;
}

/** Longest time for one fault, in the longest run. */
const LIMIT_MS = 30 * 60_000;

/**
 * A test whose result stands in the report.
 *
 * @param run breaks something and checks what must hold; tells how often it was broken
 */
export function survives(
  { area, fault, checked }: Pick<FaultRow, 'area' | 'fault' | 'checked'>,
  run: () => Promise<number>,
): void {
  it(
    `${fault}: ${checked}`,
    async () => {
      try {
        record({ area, fault, checked, times: await run(), held: true });
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
