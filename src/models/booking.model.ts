import { DataTypes, Model, type Sequelize } from 'sequelize';

/** One ticket. The row stays after the ticket is cancelled. */
export interface BookingRow {
  id: number;
  event_id: number;
  /** Numbers the event's tickets from 1 in the order of issue; never reused. */
  ticket_no: number;
  /** The holder. */
  user_id: number;
  /** Who made the booking, or the waitlist entry that led to it. */
  booked_by: number;
  status: 'booked' | 'cancelled';
  createdAt: Date;
  updatedAt: Date;
}

type NewBooking = Omit<BookingRow, 'id'>;

export function defineBooking(sequelize: Sequelize) {
  class Booking extends Model<BookingRow, NewBooking> {}
  Booking.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      event_id: { type: DataTypes.INTEGER, allowNull: false },
      ticket_no: { type: DataTypes.INTEGER, allowNull: false },
      user_id: { type: DataTypes.INTEGER, allowNull: false },
      booked_by: { type: DataTypes.INTEGER, allowNull: false },
      status: { type: DataTypes.STRING(16), allowNull: false },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
      updatedAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'bookings' },
  );
  return Booking;
}
