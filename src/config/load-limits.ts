import { forEachLimit, LIMITS, type LimitName, type Limits } from './limits';

const FORM = /^(\d{1,9})\/(\d{1,9})$/;
const MAX_REQUESTS = 1_000_000;
const MAX_SECONDS = 86_400;

export type LimitVariable = `RATE_LIMIT_${Uppercase<LimitName>}`;

/** The limits: those of the table, with what the environment says in their place. */
export function limitsOf(
  variables: Readonly<Partial<Record<LimitVariable, string>>>,
  faults: string[],
): Limits {
  return forEachLimit((name) => {
    const variable = `RATE_LIMIT_${name.toUpperCase()}` as LimitVariable;
    const value = variables[variable];
    if (value === undefined) return LIMITS[name];
    const [, requests, seconds] = (FORM.exec(value.trim()) ?? []).map(Number);
    if (!isWithin(requests, MAX_REQUESTS) || !isWithin(seconds, MAX_SECONDS)) {
      faults.push(
        `${variable} must be requests/seconds, such as 30/60: 1 to ${String(MAX_REQUESTS)} ` +
          `requests in 1 to ${String(MAX_SECONDS)} seconds`,
      );
      return LIMITS[name];
    }
    return { ...LIMITS[name], requests, seconds };
  });
}

function isWithin(count: number | undefined, max: number): count is number {
  return count !== undefined && count >= 1 && count <= max;
}
