import { DataTypes, Model, type Sequelize } from 'sequelize';

/** One change: who made it, to what, why, and its effect. Written in the same transaction. */
export interface AuditEntryRow {
  id: number;
  action: string;
  /** Who made the change; null for the system itself. */
  actor_id: number | null;
  /** The person affected, if there is one. */
  user_id: number | null;
  event_id: number | null;
  /** The event's version after the change. */
  version: number | null;
  reason: string | null;
  request_id: string | null;
  /** JSON: counts before and after, tickets, promotions. */
  details: string;
  createdAt: Date;
}

type NewAuditEntry = Omit<AuditEntryRow, 'id'>;

export function defineAuditEntry(sequelize: Sequelize) {
  class AuditEntry extends Model<AuditEntryRow, NewAuditEntry> {}
  AuditEntry.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      action: { type: DataTypes.STRING(32), allowNull: false },
      actor_id: { type: DataTypes.INTEGER },
      user_id: { type: DataTypes.INTEGER },
      event_id: { type: DataTypes.INTEGER },
      version: { type: DataTypes.INTEGER },
      reason: { type: DataTypes.STRING(255) },
      request_id: { type: DataTypes.STRING(128) },
      details: { type: DataTypes.TEXT('medium'), allowNull: false },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'audit_log' },
  );
  return AuditEntry;
}
