import { DataTypes, Model, type Sequelize } from 'sequelize';

export interface EventRow {
  id: number;
  event_name: string;
  total_tickets: number;
  available_tickets: number;
  status: 'active' | 'cancelled';
  /** Null after the organizer's account is deleted: then only admins may manage the event. */
  organizer_id: number | null;
  max_tickets_per_user: number | null;
  starts_at: Date | null;
  sale_starts_at: Date | null;
  sale_ends_at: Date | null;
  /** JSON text. */
  metadata: string | null;
  version: number;
  next_ticket_no: number;
  next_queue_no: number;
  waitlist_count: number;
  waitlist_tickets: number;
  /** The version as of which `waitlist_blocks` sums up the queue; null if it never did. */
  queue_counted_version: number | null;
  createdAt: Date;
  updatedAt: Date;
}

type NewEvent = Omit<EventRow, 'id' | 'queue_counted_version'> &
  Partial<Pick<EventRow, 'queue_counted_version'>>;

/** A row read with the database's time at that moment. */
export type TimedEventRow = EventRow & { readonly now: Date };

export function defineEvent(sequelize: Sequelize) {
  class Event extends Model<EventRow, NewEvent> {}
  Event.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      event_name: { type: DataTypes.STRING(255), allowNull: false },
      total_tickets: { type: DataTypes.INTEGER, allowNull: false },
      available_tickets: { type: DataTypes.DECIMAL(10, 0), allowNull: false },
      status: { type: DataTypes.STRING(16), allowNull: false },
      organizer_id: { type: DataTypes.INTEGER },
      max_tickets_per_user: { type: DataTypes.INTEGER },
      starts_at: { type: DataTypes.DATE(3) },
      sale_starts_at: { type: DataTypes.DATE(3) },
      sale_ends_at: { type: DataTypes.DATE(3) },
      metadata: { type: DataTypes.TEXT('medium') },
      version: { type: DataTypes.INTEGER, allowNull: false },
      next_ticket_no: { type: DataTypes.INTEGER, allowNull: false },
      next_queue_no: { type: DataTypes.INTEGER, allowNull: false },
      waitlist_count: { type: DataTypes.INTEGER, allowNull: false },
      waitlist_tickets: { type: DataTypes.INTEGER, allowNull: false },
      queue_counted_version: { type: DataTypes.INTEGER },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
      updatedAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'events' },
  );
  return Event;
}
