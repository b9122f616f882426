import type { FindOptions, Model, ModelStatic } from 'sequelize';
import { asDate } from './timestamps';

/** Columns that SQLite hands out as text in plain rows. */
const DATE_COLUMNS = ['createdAt', 'updatedAt', 'deleted_at', 'now'] as const;

/**
 * Rows as plain objects: many times cheaper than model instances, and nothing to save by mistake.
 */
export async function findRows<Row extends object, New extends object>(
  model: ModelStatic<Model<Row, New>>,
  options: FindOptions<Row>,
): Promise<Row[]> {
  const rows = (await model.findAll({ ...options, raw: true })) as unknown as Record<
    string,
    unknown
  >[];
  if (model.sequelize?.getDialect() === 'sqlite') {
    for (const row of rows) {
      for (const column of DATE_COLUMNS) {
        if (typeof row[column] === 'string') row[column] = asDate(row[column]);
      }
    }
  }
  return rows as Row[];
}
