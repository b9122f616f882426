import type { FindOptions, Model, ModelStatic } from 'sequelize';
import { asDate } from './timestamps';

/** Columns that SQLite returns as text in plain rows. */
const DATE_COLUMNS = [
  'createdAt',
  'updatedAt',
  'deleted_at',
  'used_at',
  'auth_time',
  'expires_at',
  'starts_at',
  'sale_starts_at',
  'sale_ends_at',
  'last_used_at',
  'now',
] as const;

/**
 * Finds rows as plain objects: many times cheaper than model instances, and they can't be saved by
 * mistake. Calls Sequelize's query builder directly, because going through the model costs as much
 * again as the whole query. Figures: docs/performance.md.
 */
export async function findRows<Row extends object, New extends object>(
  model: ModelStatic<Model<Row, New>>,
  { attributes = Object.keys(model.getAttributes()), ...options }: FindOptions<Row>,
): Promise<Row[]> {
  const { sequelize } = model;
  if (!sequelize) throw new Error('A model must be defined before its rows can be found');
  const rows = (await sequelize.getQueryInterface().select(model, model.tableName, {
    ...options,
    attributes,
    raw: true,
  } as FindOptions<Row>)) as Record<string, unknown>[];
  if (sequelize.getDialect() === 'sqlite') for (const row of rows) withDates(row);
  return rows as Row[];
}

/** The same row, with dates where SQLite hands out text. */
export function withDates<Row extends object>(row: Row): Row {
  const columns = row as Record<string, unknown>;
  for (const column of DATE_COLUMNS) {
    if (typeof columns[column] === 'string') columns[column] = asDate(columns[column]);
  }
  return row;
}
