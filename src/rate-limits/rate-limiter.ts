import type { Redis } from 'ioredis';
import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Metrics } from '../observability/metrics';
import { createCounter } from './counters';
import { LIMITS, type LimitName } from './limits';

const MS_PER_SECOND = 1_000;

/** What remains of the limit after one request. */
export interface Allowance {
  readonly isAllowed: boolean;
  readonly remaining: number;
  /** Seconds until the count starts again. */
  readonly resetSeconds: number;
}

/** Counts requests against the limits. */
export class RateLimiter {
  readonly #counters: Readonly<Record<LimitName, RateLimiterAbstract>>;

  constructor(
    redis: Redis | null,
    private readonly metrics: Metrics,
  ) {
    const counterOf = (name: LimitName): RateLimiterAbstract =>
      createCounter({ name, points: LIMITS[name].requests, seconds: LIMITS[name].seconds }, redis);
    this.#counters = {
      signup: counterOf('signup'),
      login: counterOf('login'),
      booking: counterOf('booking'),
    };
  }

  /**
   * Counts one request.
   *
   * @param key the address or the account to count
   */
  async take(name: LimitName, key: string): Promise<Allowance> {
    try {
      return allowanceOf(await this.#counters[name].consume(key), true);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      this.metrics.rateLimited.inc({ limit: name });
      return allowanceOf(refusal, false);
    }
  }
}

function allowanceOf(
  { remainingPoints, msBeforeNext }: RateLimiterRes,
  isAllowed: boolean,
): Allowance {
  return {
    isAllowed,
    remaining: remainingPoints,
    resetSeconds: Math.max(1, Math.ceil(msBeforeNext / MS_PER_SECOND)),
  };
}
