/** So many requests in so many seconds, counted for each address or each account. */
export interface Limit {
  readonly requests: number;
  readonly seconds: number;
  readonly by: 'address' | 'account';
}

/** What is limited. Routes name their limit; routes that name the same one share its count. */
export const LIMITS = {
  signup: { requests: 20, seconds: 60, by: 'address' },
  login: { requests: 30, seconds: 60, by: 'address' },
  booking: { requests: 60, seconds: 60, by: 'account' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
