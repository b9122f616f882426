/** One target, and what was measured. */
export interface Line {
  readonly measure: string;
  readonly demand: string;
  readonly value: string;
  readonly isReached: boolean;
}

/** The result of a scenario. */
export interface Finding {
  readonly title: string;
  /** A description of the load. */
  readonly about: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly Line[];
}

interface LoadRequest {
  readonly measure: string;
  /** One value per round; the median counts. */
  readonly values: readonly number[];
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit?: string;
}

/** Compares the median of the rounds with the target. */
export function lineOf({ measure, values, atLeast, atMost, unit = '×' }: LoadRequest): Line {
  const value = median(values);
  const demand =
    atLeast === undefined ? `≤ ${String(atMost)}${unit}` : `≥ ${String(atLeast)}${unit}`;
  return {
    measure,
    demand,
    value: `${value.toFixed(2)}${unit}${spreadOf(values, 2)}`,
    isReached: value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? (sorted[middle - 1]! + sorted[middle]!) / 2
    : sorted[Math.floor(middle)]!;
}

/** The median, followed by the lowest and the highest if there are several. */
export function withSpread(values: readonly number[], digits = 0): string {
  return `${grouped(median(values), digits)}${spreadOf(values, digits)}`;
}

function spreadOf(values: readonly number[], digits: number): string {
  if (values.length < 2) return '';
  return ` (${grouped(Math.min(...values), digits)}–${grouped(Math.max(...values), digits)})`;
}

function grouped(value: number, digits: number): string {
  return value.toLocaleString('en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
