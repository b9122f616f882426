import type { Sequelize } from 'sequelize';
import { pendingMigrations } from '../database/migrator';

/** A look at the database that takes longer counts as failed: load balancers wait no longer. */
const LOOK_LIMIT_MS = 2_000;

export interface Readiness {
  readonly isReady: boolean;
  /** Why the process is not ready. */
  readonly reason?: string;
}

/** Tells load balancers whether this process can serve requests. */
export class HealthService {
  #isDraining = false;
  #looking: Promise<string[] | undefined> | undefined;

  constructor(private readonly sequelize: Sequelize) {}

  /** Reports the process as not ready from now on, so that load balancers stop sending requests. */
  drain(): void {
    this.#isDraining = true;
  }

  async readiness(): Promise<Readiness> {
    if (this.#isDraining) return { isReady: false, reason: 'The server is shutting down' };
    const pending = await this.#pendingMigrations();
    if (!pending) return { isReady: false, reason: 'The database is not available' };
    return pending.length === 0
      ? { isReady: true }
      : { isReady: false, reason: `Migrations are pending: ${pending.join(', ')}` };
  }

  async isDatabaseUp(): Promise<boolean> {
    return (await this.#pendingMigrations()) !== undefined;
  }

  /**
   * Probes that come together share one look at the database, on one connection.
   *
   * @returns undefined if the database does not answer in time
   */
  async #pendingMigrations(): Promise<string[] | undefined> {
    // The requests that fail for the same cause return and log it.
    this.#looking ??= pendingMigrations(this.sequelize)
      .catch(() => undefined)
      .finally(() => {
        this.#looking = undefined;
      });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        resolve(undefined);
      }, LOOK_LIMIT_MS);
    });
    try {
      return await Promise.race([this.#looking, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
