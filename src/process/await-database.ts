import { setTimeout as pause } from 'node:timers/promises';
import type { MysqlSettings } from '../config/config';
import { closeSequelize, createMaintenanceSequelize } from '../database/sequelize';
import { oneLine } from './one-line';
import type { Logger } from '../observability/logger';

/** How long a starting server waits for a database that does not answer. */
const WAIT_LIMIT_MS = 60_000;
/** Time between two attempts. */
const RETRY_MS = 500;
/** What a server that is about to answer may say: too many connections, or it is shutting down. */
const PASSING_ERRNOS = new Set([1040, 1203, 1226, 1053, 1077, 1079]);

/**
 * Waits for a database that is still starting, because whoever starts both seldom knows when it is ready.
 * Does not wait for one that answers, whatever it says of the account or the database.
 *
 * @throws the reason of the last attempt, if the database does not answer in time
 */
export async function awaitDatabase(
  settings: MysqlSettings,
  logger: Logger,
  limitMs: number = WAIT_LIMIT_MS,
): Promise<void> {
  const startedAt = performance.now();
  const sequelize = createMaintenanceSequelize(settings);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await sequelize.authenticate();
        if (attempt > 1) logger.info('The database answers');
        return;
      } catch (error) {
        if (!isPassing(error) || performance.now() - startedAt > limitMs) throw error;
        if (attempt === 1) {
          const seconds = String(limitMs / 1_000);
          logger.warn(`The database does not answer: waiting for it, ${seconds} s at most`, {
            reason: oneLine(error),
          });
        }
        await pause(RETRY_MS);
      }
    }
  } finally {
    await closeSequelize(sequelize, settings);
  }
}

/** Errors of the network have negative numbers or none; a certificate will not get better. */
function isPassing(error: unknown): boolean {
  const { errno = 0, code = '' } = ((error as { parent?: unknown }).parent ?? {}) as DriverError;
  if (code.startsWith('HANDSHAKE_')) return false;
  return errno <= 0 || PASSING_ERRNOS.has(errno);
}

interface DriverError {
  readonly errno?: number;
  readonly code?: string;
}
