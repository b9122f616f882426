import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from 'mysql2';
import type { Sequelize } from 'sequelize';
import type { WarningLog } from '../observability/logger';
import { killSession, type ServerSession } from './server-session';

/** Pause between two attempts to reach the server. */
const RETRY_MS = 1_000;
/** After this many attempts the server has closed the connection by itself (`wait_timeout`). */
const MAX_TRIES = 15;
const ER_NO_SUCH_THREAD = 1094;

/**
 * Kills, on their server, connections that were abandoned with an open transaction. Otherwise the
 * server would keep their locks until it notices that the client is gone.
 */
export class OrphanReaper {
  constructor(
    private readonly sequelize: Sequelize,
    private readonly logger: WarningLog,
  ) {}

  reap(session: ServerSession): void {
    void this.#reap(session);
  }

  async #reap(session: ServerSession): Promise<void> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      if (await this.#kill(session)) return;
      await pause(RETRY_MS, undefined, { ref: false });
    }
    this.logger.warn('An abandoned database connection could not be killed', {
      node: session.node.name,
      threadId: session.threadId,
    });
  }

  async #kill(session: ServerSession): Promise<boolean> {
    const { connectionManager } = this.sequelize;
    try {
      const killer = await connectionManager.getConnection({ type: 'write' });
      try {
        return await killSession(killer as Connection, session);
      } finally {
        connectionManager.releaseConnection(killer);
      }
    } catch (error) {
      return (error as { errno?: number }).errno === ER_NO_SUCH_THREAD;
    }
  }
}
