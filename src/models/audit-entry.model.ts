import { DataTypes, Model, type Sequelize } from 'sequelize';
import type { AuditAction } from '../domain/audit-actions';

/** One thing that was done: by whom, to what, why, and what moved. Written with its effect. */
export interface AuditEntryRow {
  id: number;
  action: AuditAction;
  /** Who did it; null for the system itself. */
  actor_id: number | null;
  /** The person it was done for or to, where it concerns one. */
  user_id: number | null;
  event_id: number | null;
  /** The event's version after it. */
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
