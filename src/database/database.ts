import type { Sequelize } from 'sequelize';
import type { DatabaseSettings } from '../config/config';
import type { PoolUse } from '../observability/sampled-gauges';
import { defineModels, type Models } from '../models';
import { closeSequelize, createMaintenanceSequelize, createSequelize } from './sequelize';

/** One open database: its connections and the models bound to them. */
export interface Database {
  readonly sequelize: Sequelize;
  readonly models: Models;
  readonly isSqlite: boolean;
  poolUse(): PoolUse;
  close(): Promise<void>;
}

/** What Sequelize's types keep to themselves; on SQLite no connection is pooled. */
interface Pool {
  readonly maxSize: number;
  readonly size: number;
  readonly using: number;
  readonly waiting: number;
}

/** For serving requests: no statement may keep the database silent for long. */
export function openDatabase(settings: DatabaseSettings): Database {
  return bind(createSequelize(settings), settings);
}

/** For an operator's work, which takes as long as it takes. */
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
