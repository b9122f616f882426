import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { DatabaseSettings, MysqlSettings } from '../../../src/config/config';
import { openDatabase } from '../../../src/database/database';
import { Migrator } from '../../../src/database/migrator';
import { serverSettings } from './server-settings';

declare global {
  // Set by the jest project: the database on which its tests run.

  var TEST_DIALECT: 'sqlite' | 'mysql';
  // Set where the servers of its tests run with EXECUTOR=thread.
  var TEST_EXECUTOR: 'thread' | undefined;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests through npm test`);
  return value;
}

/** A database on the MySQL server of the tests. */
export function mysqlSettings(database: string): MysqlSettings {
  return serverSettings({
    host: required('TEST_DB_HOST'),
    port: Number(process.env.TEST_DB_PORT ?? 3306),
    user: process.env.TEST_DB_USER ?? 'root',
    password: process.env.TEST_DB_PASS ?? '',
    database,
  });
}

/**
 * Settings of a database that exists but may be empty.
 *
 * @param name one database per name; workers never share one
 */
export async function emptyDatabase(name: string): Promise<DatabaseSettings> {
  const unique = `${name}_${process.env.JEST_WORKER_ID ?? '1'}`;
  if (globalThis.TEST_DIALECT === 'sqlite') {
    return { dialect: 'sqlite', storage: path.join(required('TEST_FOLDER'), `${unique}.sqlite`) };
  }
  const settings = mysqlSettings(`tickets_${unique}`);
  const connection = await createConnection({
    host: settings.host,
    port: settings.port,
    user: settings.user,
    password: settings.password,
  });
  await connection.query(`CREATE DATABASE IF NOT EXISTS \`${settings.database}\``);
  await connection.end();
  return settings;
}

/** The worker's own database, migrated. Tests create their own rows and leave them. */
export async function testDatabase(): Promise<DatabaseSettings> {
  const settings = await emptyDatabase('test');
  await new Migrator(settings).up();
  return settings;
}

/** Removes the record of seeders, for servers that outlive the tests. */
export async function forgetSeeders(settings: DatabaseSettings): Promise<void> {
  const database = openDatabase(settings);
  await database.sequelize.query('DROP TABLE IF EXISTS SequelizeData');
  await database.close();
}
