import { QueryTypes } from 'sequelize';
import type { DatabaseSettings } from '../../../src/config/config';
import { openDatabase } from '../../../src/database/database';

/** The definition of every table, and the migrations that have run. */
export async function schemaOf(settings: DatabaseSettings): Promise<Record<string, string>> {
  const database = openDatabase(settings);
  const ask = <Row extends object>(sql: string): Promise<Row[]> =>
    database.sequelize.query<Row>(sql, { type: QueryTypes.SELECT });
  try {
    const migrations = await ask<{ name: string }>('SELECT name FROM SequelizeMeta ORDER BY name');
    const schema: Record<string, string> = {
      SequelizeMeta: migrations.map(({ name }) => name).join(' '),
    };
    if (database.isSqlite) {
      const parts = await ask<{ name: string; sql: string | null }>(
        'SELECT name, sql FROM sqlite_master ORDER BY name',
      );
      for (const { name, sql } of parts) schema[`${name} in SQL`] = sql ?? '';
      return schema;
    }
    for (const row of await ask<Record<string, string>>('SHOW TABLES')) {
      const [table] = Object.values(row);
      const [made] = await ask<{ 'Create Table': string }>(`SHOW CREATE TABLE \`${table!}\``);
      schema[`${table!} in SQL`] = made!['Create Table'].replace(/ AUTO_INCREMENT=\d+/, '');
    }
    return schema;
  } finally {
    await database.close();
  }
}
