/** A number of requests in a number of seconds, counted per address or per account. */
export interface Limit {
  readonly requests: number;
  readonly seconds: number;
  readonly by: 'address' | 'account';
  /**
   * So many requests that succeed, or that the server was too busy for, count as one. Left out, they
   * count as failures do.
   */
  readonly successesForOne?: number;
}

/** An office or a phone network logs in from one address: right passwords and tokens count a tenth. */
const LOGINS_FOR_ONE = 10;

/**
 * What is limited, and how by default. Routes name their limit; routes that name the same one share
 * its count. For each there is a variable of the environment, such as RATE_LIMIT_LOGIN.
 */
export const LIMITS = {
  signup: { requests: 20, seconds: 60, by: 'address' },
  login: { requests: 30, seconds: 60, by: 'address', successesForOne: LOGINS_FOR_ONE },
  refresh: { requests: 60, seconds: 60, by: 'address', successesForOne: LOGINS_FOR_ONE },
  booking: { requests: 60, seconds: 60, by: 'account' },
  cancelling: { requests: 120, seconds: 60, by: 'account' },
  events: { requests: 60, seconds: 60, by: 'account' },
  accounts: { requests: 60, seconds: 60, by: 'account' },
  lists: { requests: 240, seconds: 60, by: 'account' },
  profiles: { requests: 600, seconds: 60, by: 'account' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** All limits, as they are set. */
export type Limits = Readonly<Record<LimitName, Limit>>;

/** Makes something for each limit of the table. */
export function forEachLimit<T>(make: (name: LimitName) => T): Readonly<Record<LimitName, T>> {
  const names = Object.keys(LIMITS) as LimitName[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<LimitName, T>;
}
