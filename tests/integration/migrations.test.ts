import { createRequire } from 'node:module';
import path from 'node:path';
import {
  DataTypes,
  type Model,
  type ModelAttributeColumnOptions,
  type ModelStatic,
  type Sequelize,
} from 'sequelize';
import type { DatabaseSettings } from '../../src/config/config';
import { openDatabase, type Database } from '../../src/database/database';
import { Migrator } from '../../src/database/migrator';
import { emptyDatabase } from '../support/setup/test-database';

const TABLES = [
  'api_keys',
  'audit_log',
  'bookings',
  'event_staff',
  'events',
  'idempotency_keys',
  'sessions',
  'users',
  'waitlist_blocks',
  'waitlists',
];

describe('migrations', () => {
  let settings: DatabaseSettings;
  let database: Database;
  let migrator: Migrator;
  beforeAll(async () => {
    settings = await emptyDatabase('migrations');
    database = openDatabase(settings);
    migrator = new Migrator(settings);
  });
  beforeEach(() => migrator.down({ all: true }));
  afterAll(() => database.close());

  it('go up, down and up again, and create the same tables each time', async () => {
    const names = await migrator.up();
    const schema = await schemaOf(database.sequelize);
    expect(Object.keys(schema)).toEqual(TABLES);
    expect(await migrator.up()).toEqual([]);

    expect(await migrator.down({ all: true })).toEqual([...names].reverse());
    expect(await schemaOf(database.sequelize)).toEqual({});

    expect(await migrator.up()).toEqual(names);
    expect(await schemaOf(database.sequelize)).toEqual(schema);
  });

  it('are reverted one by one, latest first', async () => {
    const names = await migrator.up();
    for (const name of [...names].reverse()) {
      expect(await migrator.down({ all: false })).toEqual([name]);
    }
    expect(await migrator.down({ all: false })).toEqual([]);
    expect(await migrator.status()).toEqual({ executed: [], pending: names, unknown: [] });
  });

  it('name the table that each of them deletes when it is reverted', async () => {
    const names = await migrator.up();
    for (const name of [...names].reverse()) {
      const before = Object.keys(await schemaOf(database.sequelize));
      await migrator.down({ all: false });
      const after = Object.keys(await schemaOf(database.sequelize));

      const file = path.join(__dirname, '..', '..', 'migrations', name);
      const { deletes } = createRequire(__filename)(file) as { deletes?: string };
      expect(before.filter((table) => !after.includes(table))).toEqual(deletes ? [deletes] : []);
    }
  });

  it('are not reverted beneath one of a newer version', async () => {
    const names = await migrator.up();
    const newer = '29991231000100-of-a-newer-version.js';
    await database.sequelize.query('INSERT INTO SequelizeMeta (name) VALUES (:newer)', {
      replacements: { newer },
    });
    try {
      for (const all of [true, false]) {
        await expect(migrator.down({ all })).rejects.toThrow(newer);
      }
      expect(await migrator.status()).toEqual({ executed: names, pending: [], unknown: [newer] });
      expect(Object.keys(await schemaOf(database.sequelize))).toEqual(TABLES);
    } finally {
      await database.sequelize.query('DELETE FROM SequelizeMeta WHERE name = :newer', {
        replacements: { newer },
      });
    }
  });

  it('say which rows are lost, and lose none unless that is confirmed', async () => {
    const names = await migrator.up();
    await database.models.User.create({
      email: 'someone@example.com',
      password: 'hash',
      role: 'user',
      token_version: 0,
      createdAt: new Date(),
      updatedAt: new Date(),
    });
    const confirm = jest.fn(() => Promise.reject(new Error('no')));

    await expect(migrator.down({ all: true, confirm })).rejects.toThrow('no');

    expect(confirm.mock.calls).toEqual([[[{ migration: names[0], table: 'users', rows: 1 }]]]);
    expect((await migrator.status()).executed).toEqual(names);
  });

  it('run once when three migrators start at the same time', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => new Migrator(settings).up()));

    const { executed, pending } = await migrator.status();
    expect(runs.flat().sort()).toEqual(executed);
    expect(pending).toEqual([]);
    expect(Object.keys(await schemaOf(database.sequelize))).toEqual(TABLES);
  });

  it('go on after a crash between a table and its record', async () => {
    const names = await migrator.up();
    const schema = await schemaOf(database.sequelize);
    for (const name of names) {
      await database.sequelize.query('DELETE FROM SequelizeMeta WHERE name >= :name', {
        replacements: { name },
      });
      expect((await migrator.up())[0]).toBe(name);
    }
    expect(await schemaOf(database.sequelize)).toEqual(schema);
  });

  it('create what the models describe, column by column', async () => {
    await migrator.up();
    const described: Record<string, Record<string, string>> = {};
    const models = Object.values(database.models) as unknown as ModelStatic<Model>[];
    for (const model of models) {
      described[model.tableName] = Object.fromEntries(
        Object.entries(model.getAttributes()).map(([name, attribute]) => [
          name,
          columnText(declaredType(attribute, database), {
            isNullable: attribute.primaryKey !== true && attribute.allowNull !== false,
            isKey: attribute.primaryKey === true,
            countsUp: attribute.autoIncrement === true,
          }),
        ]),
      );
    }
    const made: typeof described = {};
    for (const table of TABLES) {
      const columns = await database.sequelize.getQueryInterface().describeTable(table);
      const keys = Object.values(columns).filter(({ primaryKey }) => primaryKey);
      made[table] = Object.fromEntries(
        Object.entries(columns).map(([name, { type, allowNull, primaryKey, autoIncrement }]) => [
          name,
          columnText(type, {
            isNullable: allowNull && !primaryKey,
            isKey: primaryKey,
            // Sequelize does not read it back from SQLite, where only a single key can count up.
            countsUp: database.isSqlite ? primaryKey && keys.length === 1 : autoIncrement,
          }),
        ]),
      );
    }
    expect(made).toEqual(described);
  });
});

interface Column {
  readonly isNullable: boolean;
  readonly isKey: boolean;
  readonly countsUp: boolean;
}

/**
 * As SQL, which knows more kinds of text and fractions of a second on MySQL than on SQLite, where an id
 * that counts up is an INTEGER of 64 bits.
 */
function declaredType(
  { type, autoIncrement }: ModelAttributeColumnOptions,
  { isSqlite }: Database,
): string {
  if (type instanceof DataTypes.TEXT) return 'MEDIUMTEXT';
  if (isSqlite && autoIncrement === true) return 'INTEGER';
  return (type as unknown as { toSql(): string }).toSql();
}

/** A column in a form that is the same for models, MySQL and SQLite. */
function columnText(type: string, { isNullable, isKey, countsUp }: Column): string {
  const sql = type
    .toUpperCase()
    .replace(/^INT(EGER)?(\(\d+\))?$/, 'INTEGER')
    .replace(/^BIGINT\(\d+\)$/, 'BIGINT')
    .replace(/^DECIMAL\((\d+)\)$/, 'DECIMAL($1,0)')
    .replace(/^DATETIME$/, 'DATETIME(3)');
  return [
    sql,
    isNullable ? 'null' : 'not null',
    ...(isKey ? ['key'] : []),
    ...(countsUp ? ['counts up'] : []),
  ].join(', ');
}

/** The database's own definition of each table that migrations create, by name. */
async function schemaOf(sequelize: Sequelize): Promise<Record<string, unknown>> {
  const schema: Record<string, unknown> = {};
  const names: string[] = await sequelize.getQueryInterface().showAllTables();
  for (const name of names.filter((table) => !table.startsWith('Sequelize')).sort()) {
    const [rows] =
      sequelize.getDialect() === 'sqlite'
        ? await sequelize.query(
            `SELECT type, name, sql FROM sqlite_master WHERE tbl_name = '${name}' ORDER BY name`,
          )
        : await sequelize.query(`SHOW CREATE TABLE ${name}`);
    schema[name] = rows;
  }
  return schema;
}
