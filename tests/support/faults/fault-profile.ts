/** How many rounds of the fault tests are run: see tests/faults/run.mjs. */
export const PROFILES = ['short', 'full', 'long'] as const;
export type Profile = (typeof PROFILES)[number];

export const PROFILE: Profile =
  PROFILES.find((name) => name === process.env.TEST_FAULTS) ?? 'short';

/** After this time no further round of a fault begins, however slow the machine is. */
const BUDGET_MS: Readonly<Record<Profile, number>> = {
  short: 8_000,
  full: 50_000,
  long: 300_000,
};

/** The number of repetitions in this run. */
export function times(counts: Readonly<Record<Profile, number>>): number {
  return counts[PROFILE];
}

/** Repeats a fault a number of times, or as often as time allows. */
export class Rounds {
  /** Rounds that have begun; at the end, rounds that are done. */
  done = 0;
  #end: number | undefined;

  /** @param weight factor on the time limit */
  constructor(
    private readonly counts: Readonly<Record<Profile, number>>,
    private readonly weight = 1,
  ) {}

  /** Begins another round, unless it is enough. */
  goOn(): boolean {
    const now = performance.now();
    this.#end ??= now + BUDGET_MS[PROFILE] * this.weight;
    if (this.done === times(this.counts) || now > this.#end) return false;
    this.done += 1;
    return true;
  }
}
