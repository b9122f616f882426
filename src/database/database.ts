import type { Sequelize } from 'sequelize';
import type { DatabaseSettings } from '../config/config';
import { defineModels, type Models } from '../models';
import { closeSequelize, createSequelize } from './sequelize';

/** One open database: its connections and the models bound to them. */
export interface Database {
  readonly sequelize: Sequelize;
  readonly models: Models;
  readonly isSqlite: boolean;
  close(): Promise<void>;
}

export function openDatabase(settings: DatabaseSettings): Database {
  const sequelize = createSequelize(settings);
  return {
    sequelize,
    models: defineModels(sequelize),
    isSqlite: settings.dialect === 'sqlite',
    close: () => closeSequelize(sequelize, settings),
  };
}
