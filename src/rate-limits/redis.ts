import { Redis } from 'ioredis';
import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';

/** A command that takes longer has failed: a limit must not hold up what it limits. */
const COMMAND_TIMEOUT_MS = 200;
const CONNECT_TIMEOUT_MS = 2_000;
/** Pauses between attempts to connect grow up to this. */
const MAX_RECONNECT_PAUSE_MS = 2_000;
const RECONNECT_STEP_MS = 100;

/**
 * Connects to Redis in the background, and again whenever the connection is lost. Says so once for
 * each outage, not for each attempt.
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
    if (!isAway) logger.warn('Redis is away: each process counts rate limits alone', { error });
    isAway = true;
    metrics.redisUp.set(0);
  });
  redis.on('ready', () => {
    if (isAway) logger.info('Redis is back: rate limits are shared again');
    isAway = false;
    metrics.redisUp.set(1);
  });
  return redis;
}
