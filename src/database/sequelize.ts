import { Sequelize, type Options } from 'sequelize';
import type { Connection } from 'mysql2';
import type { DatabaseSettings } from '../config/config';
import { IDLE_LIMIT_MS, openSocket, prepareMaintenanceSession } from './mysql-connection';
import { mysqlOptions } from './mysql-options';
import { ServingSequelize } from './serving-sequelize';
import { closeIdleHandles, sqliteDriver } from './sqlite-driver';
import type { NodeObserver } from './writer-connections';

/** How long a query waits for a connection, in addition to the time that connecting may take. */
const ACQUIRE_EXTRA_MS = 500;
/** How often the pool looks for connections that have been idle too long. */
const EVICT_INTERVAL_MS = 500;

/**
 * How often a connection is used before it is replaced. The server fixes a connection's rights when
 * it connects: one made while rights were revoked would otherwise fail forever.
 */
const MAX_USES = 1_000;

const COMMON: Options = {
  logging: false,
  define: { timestamps: false },
  // Sequelize's own retry would repeat a statement in a transaction that has already ended. The
  // unit of work retries the whole transaction instead.
  retry: { max: 1 },
};

/** Connections that serve requests: limited in number and in every wait. */
export function createSequelize(settings: DatabaseSettings, observer?: NodeObserver): Sequelize {
  if (settings.dialect === 'sqlite') return new Sequelize(sqliteOptions(settings.storage));
  const options = mysqlOptions(settings);
  const serving: Options = {
    ...COMMON,
    ...options,
    pool: {
      max: settings.poolMax,
      min: 0,
      acquire: settings.connectTimeoutMs + ACQUIRE_EXTRA_MS,
      idle: IDLE_LIMIT_MS,
      evict: EVICT_INTERVAL_MS,
      maxUses: MAX_USES,
    },
    dialectOptions: { ...options.dialectOptions, stream: () => openSocket(settings) },
  };
  return new ServingSequelize(serving, observer);
}

/** Connections for migrations and other long operator tasks: no limit on how long they take. */
export function createMaintenanceSequelize(settings: DatabaseSettings): Sequelize {
  return new Sequelize(maintenanceOptions(settings));
}

/** Options for such connections; `npx sequelize-cli` uses them too. */
export function maintenanceOptions(settings: DatabaseSettings): Options {
  if (settings.dialect === 'sqlite') return sqliteOptions(settings.storage);
  return {
    ...COMMON,
    ...mysqlOptions(settings),
    pool: { max: 4 },
    hooks: {
      afterConnect: (connection) => prepareMaintenanceSession(connection as Connection),
    },
  };
}

/** Closes the pool and, on SQLite, the file. */
export async function closeSequelize(
  sequelize: Sequelize,
  settings: DatabaseSettings,
): Promise<void> {
  await sequelize.close();
  if (settings.dialect === 'sqlite') closeIdleHandles(settings.storage);
}

function sqliteOptions(storage: string): Options {
  return { ...COMMON, dialect: 'sqlite', dialectModule: sqliteDriver, storage };
}
