import { DataTypes, Model, type Sequelize } from 'sequelize';

/** What the waitlist entries of one priority add up to whose queue numbers fall into one block. */
export interface WaitlistBlockRow {
  event_id: number;
  priority: number;
  /** The queue numbers divided by the size of a block. */
  block: number;
  entries: number;
  /** Tickets that they still want. */
  tickets: number;
}

export function defineWaitlistBlock(sequelize: Sequelize) {
  class WaitlistBlock extends Model<WaitlistBlockRow> {}
  WaitlistBlock.init(
    {
      event_id: { type: DataTypes.INTEGER, primaryKey: true },
      priority: { type: DataTypes.INTEGER, primaryKey: true },
      block: { type: DataTypes.INTEGER, primaryKey: true },
      entries: { type: DataTypes.INTEGER, allowNull: false },
      tickets: { type: DataTypes.INTEGER, allowNull: false },
    },
    { sequelize, tableName: 'waitlist_blocks' },
  );
  return WaitlistBlock;
}
