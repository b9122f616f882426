import { setTimeout as pause } from 'node:timers/promises';
import { QueryTypes, type Sequelize } from 'sequelize';
import type { Logger } from '../observability/logger';

/** Pause between two attempts to reach the server. */
const RETRY_MS = 1_000;
/** After this many attempts the server has closed the connection by itself (`wait_timeout`). */
const MAX_TRIES = 15;
const ER_NO_SUCH_THREAD = 1094;

/**
 * Kills, on the server, connections that were abandoned with an open transaction. Otherwise the
 * server would keep their locks until it notices that the client is gone.
 */
export class OrphanReaper {
  constructor(
    private readonly sequelize: Sequelize,
    private readonly logger: Logger,
  ) {}

  /**
   * @param threadId the server's id of the connection
   * @param since a time, on the `performance.now()` clock, at which the connection was alive
   */
  reap(threadId: number, since: number): void {
    void this.#reap(threadId, since);
  }

  async #reap(threadId: number, since: number): Promise<void> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      try {
        // After a restart of the server, this thread id may belong to another client.
        if (await this.#isServerUpSince(since))
          await this.sequelize.query(`KILL ${String(threadId)}`);
        return;
      } catch (error) {
        if ((error as { parent?: { errno?: number } }).parent?.errno === ER_NO_SUCH_THREAD) return;
        await pause(RETRY_MS, undefined, { ref: false });
      }
    }
    this.logger.warn('An abandoned database connection could not be killed', { threadId });
  }

  async #isServerUpSince(since: number): Promise<boolean> {
    const [row] = await this.sequelize.query<{ Value: string }>(
      "SHOW GLOBAL STATUS LIKE 'Uptime'",
      { type: QueryTypes.SELECT },
    );
    const uptimeMs = Number(row?.Value ?? 0) * 1_000;
    return uptimeMs > performance.now() - since;
  }
}
