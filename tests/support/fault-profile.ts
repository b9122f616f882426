/** How much of the fault tests is run: see tests/faults/run.mjs. */
export const PROFILES = ['short', 'full', 'long'] as const;
export type Profile = (typeof PROFILES)[number];

export const PROFILE: Profile =
  PROFILES.find((name) => name === process.env.TEST_FAULTS) ?? 'short';

/** How often something is repeated in this run. */
export function times(counts: Readonly<Record<Profile, number>>): number {
  return counts[PROFILE];
}
