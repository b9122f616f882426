import { Redis } from 'ioredis';
import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';

/** A slower command fails: a rate limit must not delay the requests it limits. */
const COMMAND_TIMEOUT_MS = 200;
const CONNECT_TIMEOUT_MS = 2_000;
/** Longest pause between two attempts to connect. */
const MAX_RECONNECT_PAUSE_MS = 2_000;
const RECONNECT_STEP_MS = 100;

/**
 * Connects to Redis in the background, and again when the connection is lost. Logs each outage
 * once, not each attempt.
 */
export function connectRedis(
  url: string,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): Redis {
  const redis = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * RECONNECT_STEP_MS, MAX_RECONNECT_PAUSE_MS),
  });
  let isAway = false;
  metrics.redisUp.set(0);
  redis.on('error', (error: Error) => {
    if (!isAway)
      logger.warn('Redis is unavailable: each process counts rate limits on its own', { error });
    isAway = true;
    metrics.redisUp.set(0);
  });
  redis.on('ready', () => {
    if (isAway) logger.info('Redis is available again: rate limits are shared');
    isAway = false;
    metrics.redisUp.set(1);
  });
  return redis;
}
