/** A number of requests in a number of seconds, counted per address or per account. */
export interface Limit {
  readonly requests: number;
  readonly seconds: number;
  readonly by: 'address' | 'account';
}

/** The rate limits. Each route names its limit; routes with the same limit share one count. */
export const LIMITS = {
  signup: { requests: 20, seconds: 60, by: 'address' },
  login: { requests: 30, seconds: 60, by: 'address' },
  booking: { requests: 60, seconds: 60, by: 'account' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
