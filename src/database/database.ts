import type { Sequelize } from 'sequelize';
import type { DatabaseSettings } from '../config/config';
import type { PoolUse } from '../observability/sampled-gauges';
import { defineModels, type Models } from '../models';
import { closeSequelize, createSequelize } from './sequelize';

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

export function openDatabase(settings: DatabaseSettings): Database {
  const sequelize = createSequelize(settings);
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
