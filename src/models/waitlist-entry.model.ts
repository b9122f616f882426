import { DataTypes, Model, type Sequelize } from 'sequelize';

/** One person's entry in one event's queue, ordered by priority, then by `queue_no`. */
export interface WaitlistEntryRow {
  id: number;
  event_id: number;
  user_id: number;
  /** Who requested it; becomes `booked_by` of the tickets issued for it. */
  requested_by: number;
  /** Tickets still wanted. */
  quantity: number;
  priority: number;
  queue_no: number;
  createdAt: Date;
  updatedAt: Date;
}

type NewWaitlistEntry = Omit<WaitlistEntryRow, 'id'>;

export function defineWaitlistEntry(sequelize: Sequelize) {
  class WaitlistEntry extends Model<WaitlistEntryRow, NewWaitlistEntry> {}
  WaitlistEntry.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      event_id: { type: DataTypes.INTEGER, allowNull: false },
      user_id: { type: DataTypes.INTEGER, allowNull: false },
      requested_by: { type: DataTypes.INTEGER, allowNull: false },
      quantity: { type: DataTypes.INTEGER, allowNull: false },
      priority: { type: DataTypes.INTEGER, allowNull: false },
      queue_no: { type: DataTypes.INTEGER, allowNull: false },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
      updatedAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'waitlists' },
  );
  return WaitlistEntry;
}
