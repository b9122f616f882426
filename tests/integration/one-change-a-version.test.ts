import { createRequire } from 'node:module';
import path from 'node:path';
import type { QueryInterface } from 'sequelize';
import { openDatabase, type Database } from '../../src/database/database';
import { Migrator } from '../../src/database/migrator';
import { emptyDatabase } from '../support/setup/test-database';

interface Migration {
  up(queryInterface: QueryInterface): Promise<void>;
  down(queryInterface: QueryInterface): Promise<void>;
}

function migration(name: string): Migration {
  const file = path.join(__dirname, '..', '..', 'migrations', name);
  return createRequire(__filename)(file) as Migration;
}

describe('the audit log of an earlier version, in which new names repeat a version', () => {
  let database: Database;
  beforeAll(async () => {
    const settings = await emptyDatabase('one_change_a_version');
    await new Migrator(settings).up();
    database = openDatabase(settings);
  });
  afterAll(() => database.close());

  it('keeps all rows, and one for each version', async () => {
    const { AuditEntry } = database.models;
    const tables = database.sequelize.getQueryInterface();
    const doubles = migration('20261129110200-one-change-a-version.js');
    const index = migration('20261129110300-index-changes.js');
    await index.down(tables);
    const log = [
      ['event.create', 1, 0],
      ['event.update', 1, 0],
      ['event.update', 1, 0],
      ['tickets.book', 1, 1],
      ['event.update', 1, 2],
      ['event.update', 1, 2],
      ['event.create', 2, 0],
      ['user.role', null, null],
      ['user.role', null, null],
    ] as const;
    for (const [action, event_id, version] of log) {
      await AuditEntry.create({
        action,
        event_id,
        version,
        actor_id: null,
        user_id: null,
        reason: null,
        request_id: null,
        details: '{}',
        createdAt: new Date(),
      });
    }

    await doubles.up(tables);
    await doubles.up(tables);
    await index.up(tables);

    const rows = await AuditEntry.findAll({ order: ['id'] });
    expect(rows.map((row) => row.get('version'))).toEqual([
      0,
      null,
      null,
      1,
      2,
      null,
      0,
      null,
      null,
    ]);
  });
});
