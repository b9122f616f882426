import type { Sequelize } from 'sequelize';
import { pendingMigrations } from '../database/migrator';

export interface Readiness {
  readonly isReady: boolean;
  /** What is missing, where something is. */
  readonly reason?: string;
}

/** Whether this process can serve requests now. */
export class HealthService {
  #isDraining = false;

  constructor(private readonly sequelize: Sequelize) {}

  /** From here on load balancers are told to send nobody here. */
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
      // Whatever it is, the requests that meet it are told and logged.
      return { isReady: false, reason: 'The database is not available' };
    }
  }
}
