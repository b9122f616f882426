import type { Sequelize } from 'sequelize';
import type { DatabaseSettings } from '../config/config';
import type { PoolUse } from '../observability/sampled-gauges';
import { defineModels, type Models } from '../models';
import { closeSequelize, createMaintenanceSequelize, createSequelize } from './sequelize';
import type { NodeObserver } from './writer-connections';

/** One open database: its connections and the models bound to them. */
export interface Database {
  readonly sequelize: Sequelize;
  readonly models: Models;
  readonly isSqlite: boolean;
  poolUse(): PoolUse;
  close(): Promise<void>;
}

/** The pool, which Sequelize's types do not expose. On SQLite, no connection is pooled. */
interface Pool {
  readonly maxSize: number;
  readonly size: number;
  readonly using: number;
  readonly waiting: number;
}

/** For serving requests: a statement fails if the database does not respond for long. */
export function openDatabase(settings: DatabaseSettings, observer?: NodeObserver): Database {
  return bind(createSequelize(settings, observer), settings);
}

/** For operator tasks: without a limit on how long they take. */
export function openMaintenanceDatabase(settings: DatabaseSettings): Database {
  return bind(createMaintenanceSequelize(settings), settings);
}

function bind(sequelize: Sequelize, settings: DatabaseSettings): Database {
  return {
    sequelize,
    models: defineModels(sequelize),
    isSqlite: settings.dialect === 'sqlite',
    poolUse() {
      const { pool } = sequelize.connectionManager as unknown as { pool: Pool };
      return { max: pool.maxSize, open: pool.size, inUse: pool.using, waiting: pool.waiting };
    },
    close: () => closeSequelize(sequelize, settings),
  };
}
