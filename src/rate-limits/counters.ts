import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';

const KEY_PREFIX = 'tickets:limit';

export interface CounterOptions {
  readonly name: string;
  /** Points that a key may use up before it is rejected. */
  readonly points: number;
  readonly seconds: number;
}

/**
 * Counts by key in fixed windows: in Redis if it is configured, so that all processes share the
 * counts, otherwise in this process. While Redis is unavailable, this process counts on its own:
 * limits get looser but still apply, and no request fails because of it.
 */
export function createCounter(
  { name, points, seconds }: CounterOptions,
  redis: Redis | null,
): RateLimiterAbstract {
  const options = { keyPrefix: `${KEY_PREFIX}:${name}`, points, duration: seconds };
  const inThisProcess = new RateLimiterMemory(options);
  if (!redis) return inThisProcess;
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: inThisProcess,
  });
}
