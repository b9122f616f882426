import type { Redis } from 'ioredis';
import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Metrics } from '../observability/metrics';
import { createCounter } from './counters';
import { forEachLimit, type LimitName, type Limits } from '../config/limits';

const MS_PER_SECOND = 1_000;
/**
 * With less time left, nothing is given back: it might arrive in the next window and let more through
 * there. A command to Redis takes less than this.
 */
const GIVE_BACK_NEEDS_MS = 1_000;

/** What remains of the limit after one request. */
export interface Allowance {
  readonly isAllowed: boolean;
  /** Requests that may still come before the count starts anew. */
  readonly remaining: number;
  /** Seconds until the count starts again. */
  readonly resetSeconds: number;
  /** The same as a moment on the `performance.now()` clock. */
  readonly resetsAt: number;
}

/**
 * Counts requests against the limits. Where several successes count as one request, that many points
 * are taken for a request, and all but one are given back once it has succeeded: so requests that are
 * sent at the same moment are counted before it is known how they end.
 */
export class RateLimiter {
  readonly #counters: Readonly<Record<LimitName, RateLimiterAbstract>>;

  constructor(
    readonly limits: Limits,
    redis: Redis | null,
    private readonly metrics: Metrics,
  ) {
    this.#counters = forEachLimit((name) => {
      const { requests, seconds } = limits[name];
      const cost = this.#costOf(name);
      // Processes of a version that counts in other points may share the Redis.
      const counterName = cost === 1 ? name : `${name}-in-${String(cost)}`;
      return createCounter({ name: counterName, points: requests * cost, seconds }, redis);
    });
  }

  /**
   * Counts one request.
   *
   * @param key the address or the account to count
   */
  async take(name: LimitName, key: string): Promise<Allowance> {
    const cost = this.#costOf(name);
    try {
      return this.#allowance(name, await this.#counters[name].consume(key, cost), true);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      this.metrics.rateLimited.inc({ limit: name });
      const refused = this.#allowance(name, refusal, false);
      // What a refused request took would eat up what others give back.
      if (cost > 1) await this.#giveBack(name, key, { points: cost, taken: refused });
      return refused;
    }
  }

  /**
   * Gives back most of what a request took that has succeeded, where successes count less.
   *
   * @param taken what `take` answered for the request
   * @returns what is left now
   */
  async giveBack(name: LimitName, key: string, taken: Allowance): Promise<Allowance> {
    return this.#giveBack(name, key, { points: this.#costOf(name) - 1, taken });
  }

  async #giveBack(
    name: LimitName,
    key: string,
    { points, taken }: { readonly points: number; readonly taken: Allowance },
  ): Promise<Allowance> {
    if (performance.now() > taken.resetsAt - GIVE_BACK_NEEDS_MS) return taken;
    return this.#allowance(name, await this.#counters[name].reward(key, points), taken.isAllowed);
  }

  /** Points that a request takes. */
  #costOf(name: LimitName): number {
    return this.limits[name].successesForOne ?? 1;
  }

  #allowance(
    name: LimitName,
    { remainingPoints, msBeforeNext }: RateLimiterRes,
    isAllowed: boolean,
  ): Allowance {
    return {
      isAllowed,
      remaining: Math.floor(remainingPoints / this.#costOf(name)),
      resetSeconds: Math.max(1, Math.ceil(msBeforeNext / MS_PER_SECOND)),
      resetsAt: performance.now() + msBeforeNext,
    };
  }
}
