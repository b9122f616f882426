import { QueryTypes } from 'sequelize';
import type { Container } from '../container';

/**
 * Warns if the database allows fewer connections than this server may open: then requests get 503
 * although the database is idle.
 */
export async function warnOfFewConnections({ config, database, logger }: Container): Promise<void> {
  if (config.database.dialect === 'sqlite') return;
  // The session's value is that of the account, if it has one of its own; 0 is no limit.
  const [row] = await database.sequelize.query<{ all: number; account: number }>(
    'SELECT @@GLOBAL.max_connections AS `all`, @@SESSION.max_user_connections AS account',
    { type: QueryTypes.SELECT },
  );
  const { all, account } = row!;
  const allowed = account > 0 ? Math.min(all, account) : all;
  const wanted = config.database.poolMax * config.workers;
  if (wanted <= allowed) return;
  logger.warn(
    `The database allows ${String(allowed)} connections, but DB_POOL_MAX times WEB_CONCURRENCY is ` +
      `${String(wanted)}: under load requests will be refused. Lower it, or raise max_connections ` +
      "or the account's max_user_connections",
    { allowed, wanted },
  );
}
