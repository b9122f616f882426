import { Op, QueryTypes } from 'sequelize';
import type { Database } from '../../../src/database/database';

/** Every row of every table, as text, by table. */
export type TableContents = ReadonlyMap<string, string>;

export async function readTables({ sequelize, models }: Database): Promise<TableContents> {
  const contents = await Promise.all(
    Object.values(models).map(async ({ tableName, primaryKeyAttributes }) => {
      const rows = await sequelize.query(
        `SELECT * FROM ${tableName} ORDER BY ${primaryKeyAttributes.join(', ')}`,
        { type: QueryTypes.SELECT },
      );
      return [tableName, JSON.stringify(rows)] as const;
    }),
  );
  return new Map(contents);
}

/** Names of the tables in which any row differs. */
export function changedTables(before: TableContents, after: TableContents): string[] {
  return [...after].filter(([table, rows]) => before.get(table) !== rows).map(([table]) => table);
}

/** Deletes every row of every table but one account. */
export async function emptyTables({ models }: Database, keptUserId: number): Promise<void> {
  const all = { where: {} };
  await models.IdempotencyKey.destroy(all);
  await models.AuditEntry.destroy(all);
  await models.Session.destroy(all);
  await models.ApiKey.destroy(all);
  await models.WaitlistEntry.destroy(all);
  await models.WaitlistBlock.destroy(all);
  await models.Booking.destroy(all);
  await models.EventStaff.destroy(all);
  await models.Event.destroy(all);
  await models.User.destroy({ where: { id: { [Op.ne]: keptUserId } } });
}
