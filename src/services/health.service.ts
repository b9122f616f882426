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
  #checking: Promise<Readiness> | undefined;

  constructor(private readonly sequelize: Sequelize) {}

  /** Reports the process as not ready from now on, so that load balancers stop sending requests. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Probes that come together share one look at the database, on one connection. */
  async readiness(): Promise<Readiness> {
    if (this.#isDraining) return { isReady: false, reason: 'The server is shutting down' };
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #check(): Promise<Readiness> {
    try {
      const pending = await pendingMigrations(this.sequelize);
      return pending.length === 0
        ? { isReady: true }
        : { isReady: false, reason: `Migrations are pending: ${pending.join(', ')}` };
    } catch {
      // The requests that fail for the same cause return and log it.
      return { isReady: false, reason: 'The database is not available' };
    }
  }
}
