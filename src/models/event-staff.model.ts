import { DataTypes, Model, type Sequelize } from 'sequelize';
import { RIGHTS, type Right } from '../domain/rights';

/** The rights of one person on one event. */
export interface EventStaffRow {
  event_id: number;
  user_id: number;
  /** Separated by commas, in the order of `RIGHTS`. */
  rights: string;
  createdAt: Date;
  updatedAt: Date;
}

export function defineEventStaff(sequelize: Sequelize) {
  class EventStaff extends Model<EventStaffRow> {}
  EventStaff.init(
    {
      event_id: { type: DataTypes.INTEGER, primaryKey: true },
      user_id: { type: DataTypes.INTEGER, primaryKey: true },
      rights: { type: DataTypes.STRING(64), allowNull: false },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
      updatedAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'event_staff' },
  );
  return EventStaff;
}

export function rightsIn({ rights }: Pick<EventStaffRow, 'rights'>): Set<Right> {
  const names = rights.split(',');
  return new Set(RIGHTS.filter((right) => names.includes(right)));
}

export function rightsAsText(rights: Iterable<Right>): string {
  const given = new Set(rights);
  return RIGHTS.filter((right) => given.has(right)).join(',');
}
