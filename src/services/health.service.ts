import type { Sequelize } from 'sequelize';
import { pendingMigrations } from '../database/migrator';

export interface Readiness {
  readonly isReady: boolean;
  /** Why the process is not ready. */
  readonly reason?: string;
}

/** Tells load balancers whether this process can serve requests. */
export class HealthService {
  #isDraining = false;

  constructor(private readonly sequelize: Sequelize) {}

  /** Reports the process as not ready from now on, so that load balancers stop sending requests. */
  drain(): void {
    this.#isDraining = true;
  }

  async readiness(): Promise<Readiness> {
    if (this.#isDraining) return { isReady: false, reason: 'The server is shutting down' };
    try {
      const pending = await pendingMigrations(this.sequelize);
      return pending.length === 0
        ? { isReady: true }
        : { isReady: false, reason: `Migrations are pending: ${pending.join(', ')}` };
    } catch {
      // Not logged here: requests that meet the same fault log it.
      return { isReady: false, reason: 'The database is not available' };
    }
  }
}
