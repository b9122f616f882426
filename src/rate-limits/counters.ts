import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';

const KEY_PREFIX = 'tickets:limit';

export interface CounterOptions {
  readonly name: string;
  /** Points that a key may use up before it is refused. */
  readonly points: number;
  readonly seconds: number;
}

/**
 * Counts by key in fixed windows: in Redis where there is one, so that all processes count together,
 * else in this process. While Redis is away this process counts alone: limits get looser, none
 * opens, and nobody is refused for it.
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
