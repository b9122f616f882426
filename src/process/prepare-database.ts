import type { Container } from '../container';
import { lockForServing, type FileLock } from '../database/file-lock';
import { Migrator } from '../database/migrator';
import { awaitDatabase } from './await-database';
import { warnOfFewConnections } from './few-connections';

/** What the process holds while it serves the database. */
export interface PreparedDatabase {
  release(): void;
}

/**
 * Makes sure that the database answers, that this process may serve it, that all migrations have run, and that an admin
 * exists if the configuration names one.
 *
 * @throws Error with instructions if the database can't be served
 */
export async function prepareDatabase(container: Container): Promise<PreparedDatabase> {
  const { config, logger, adminAccounts } = container;
  let lock: FileLock | undefined;
  if (config.database.dialect === 'sqlite') lock = lockForServing(config.database.storage);
  else await awaitDatabase(config.database, logger);
  await migrateOrRefuse(container);
  await warnOfFewConnections(container);
  const { firstAdmin } = config.auth;
  if (firstAdmin && (await adminAccounts.ensureOne(firstAdmin))) {
    logger.info('There was no admin: created one from ADMIN_EMAIL and ADMIN_PASSWORD');
  }
  return { release: () => lock?.release() };
}

async function migrateOrRefuse({ config, logger }: Container): Promise<void> {
  const migrator = new Migrator(config.database);
  if (config.migrateOnStart) {
    const names = await migrator.up();
    if (names.length > 0) logger.info('Migrated the database', { migrations: names });
    if (names.length > 0 && config.environment === 'development') {
      logger.info('To add demo data, run: npm run db:seed');
    }
    return;
  }
  const { pending } = await migrator.status();
  if (pending.length > 0) {
    throw new Error(
      `The database lacks migrations: ${pending.join(', ')}. Run \`npm run db:migrate\` ` +
        '(`node dist/cli.js db:migrate` in production), or set DB_MIGRATE_ON_START=true',
    );
  }
}
