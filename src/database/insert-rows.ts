import { QueryTypes } from 'sequelize';
import type { Database } from './database';
import type { Tx } from './unit-of-work';

/** Values by column. All rows of one statement have the same columns. */
type NewRow = Readonly<Record<string, string | number | null>>;

/**
 * Inserts one or more rows with one statement. Sequelize's `bulkInsert` looks up each value's type,
 * which costs about as much again as writing it. See docs/performance.md.
 *
 * @returns the new row's id if there is exactly one; ids of several rows need not be consecutive
 */
export async function insertRows(
  { sequelize }: Database,
  tx: Tx,
  table: string,
  rows: readonly NewRow[],
): Promise<number> {
  const columns = Object.keys(rows[0]!);
  const tuples = rows.map((row) => {
    const values = columns.map((column) => {
      const value = row[column];
      return typeof value === 'string' ? sequelize.escape(value) : String(value);
    });
    return `(${values.join(', ')})`;
  });
  const [id] = await sequelize.query(
    `INSERT INTO \`${table}\` (${columns.join(', ')}) VALUES ${tuples.join(', ')}`,
    { type: QueryTypes.INSERT, transaction: tx },
  );
  return id;
}
