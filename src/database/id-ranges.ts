import { DataTypes, QueryTypes, type Model, type ModelStatic } from 'sequelize';
import type { IdRangeUse } from '../observability/sampled-gauges';
import type { Database } from './database';

/** The largest id in an INTEGER column. */
const INTEGER_MAX = 2_147_483_647;
/** The largest id in a BIGINT column: the database could hold more, a number in an answer could not. */
const BIGINT_MAX = Number.MAX_SAFE_INTEGER;

/**
 * Reads which part of its range each table that counts its ids has used, by the largest id in it. Of
 * a table whose latest rows were removed this is less than the database has given out; users and
 * events, which have the smaller range, are never removed.
 *
 * One statement, which reads one row of each table's primary key.
 *
 * @throws if the database does not answer
 */
export async function readIdRangeUse(database: Database): Promise<IdRangeUse[]> {
  const models = Object.values(database.models) as unknown as ModelStatic<Model<{ id?: number }>>[];
  const ranges = new Map<string, number>();
  for (const model of models) {
    const { id } = model.getAttributes();
    if (id?.autoIncrement !== true) continue;
    ranges.set(model.tableName, id.type instanceof DataTypes.BIGINT ? BIGINT_MAX : INTEGER_MAX);
  }
  const rows = await database.sequelize.query<{ name: string; largest: number | null }>(
    [...ranges.keys()]
      .map((table) => `SELECT '${table}' AS name, MAX(id) AS largest FROM ${table}`)
      .join(' UNION ALL '),
    { type: QueryTypes.SELECT },
  );
  return rows.map(({ name, largest }) => ({
    table: name,
    usedRatio: (largest ?? 0) / ranges.get(name)!,
  }));
}
