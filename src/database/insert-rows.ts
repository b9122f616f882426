import { QueryTypes } from 'sequelize';
import type { Database } from './database';
import type { Tx } from './unit-of-work';

/** Columns and what is written into them; all rows of one statement have the same. */
type NewRow = Readonly<Record<string, string | number | null>>;

/**
 * Inserts rows, one at least, with one statement. Sequelize's `bulkInsert` looks each value's type
 * up, which costs about as much again as writing it: docs/performance.md.
 *
 * @returns the new row's id where there is exactly one; ids of several need not follow one another
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
