import { QueryTypes } from 'sequelize';
import type { ConnectionUse } from '../observability/sampled-gauges';
import type { Database } from './database';

/** How many connections the database server has, of how many that it allows. */
export async function readConnectionUse(database: Database): Promise<ConnectionUse | undefined> {
  if (database.isSqlite) return undefined;
  const { sequelize } = database;
  const [status] = await sequelize.query<{ Value: string }>(
    "SHOW GLOBAL STATUS LIKE 'Threads_connected'",
    { type: QueryTypes.SELECT },
  );
  const [limit] = await sequelize.query<{ max: number }>('SELECT @@max_connections AS max', {
    type: QueryTypes.SELECT,
  });
  if (!status || !limit) return undefined;
  return { open: Number(status.Value), max: limit.max };
}
