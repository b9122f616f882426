import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DatabaseSettings } from '../../src/config/config';
import { Migrator } from '../../src/database/migrator';
import { databaseVariables } from '../support/servers/server-process';
import { emptyDatabase, forgetSeeders } from '../support/setup/test-database';

const ROOT = path.resolve(__dirname, '..', '..');
const CLI = createRequire(__filename).resolve('sequelize-cli/lib/sequelize');

describe('npx sequelize-cli and npm run db:*', () => {
  let settings: DatabaseSettings;
  let migrator: Migrator;
  beforeAll(async () => {
    settings = await emptyDatabase('sequelize_cli');
    migrator = new Migrator(settings);
    await migrator.down({ all: true });
    await forgetSeeders(settings);
  });

  /** As an operator runs it, with the variables of the server. */
  async function sequelizeCli(command: string): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, command], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...databaseVariables(settings) },
    });
    return stdout;
  }

  it('continue where the other stopped, up and down, with migrations and demo data', async () => {
    const names = await migrator.up();

    expect(await sequelizeCli('db:migrate:status')).toMatch(
      new RegExp(names.map((name) => `up ${name}`).join('\n')),
    );
    expect(await sequelizeCli('db:migrate:undo:all')).toContain('create-users: reverted');
    expect(await migrator.status()).toEqual({ executed: [], pending: names, unknown: [] });

    expect(await sequelizeCli('db:migrate')).toContain('create-audit-log: migrated');
    expect(await migrator.status()).toEqual({ executed: names, pending: [], unknown: [] });
    expect(await sequelizeCli('db:seed:all')).toContain('demo-data: migrated');
    expect(await migrator.seed()).toEqual([]);
    expect(await migrator.down({ all: true })).toEqual([...names].reverse());
  });
});
