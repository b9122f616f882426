/**
 * A fair competitor: the same Express chain, the same token check, validation and logs, and for
 * each booking one transaction that locks the event row first, as a careful engineer would write it
 * with Sequelize. READ COMMITTED, a pool of ten, nothing read before the lock.
 */
import 'reflect-metadata';
import { Sequelize, Transaction } from 'sequelize';
import type { BookTickets } from '../../src/domain/commands';
import type { TicketsBooked } from '../../src/domain/outcomes';
import { ApiError } from '../../src/errors/api-error';
import { defineModels } from '../../src/models';
import { answerTo, benchConfig, mysqlOf, serve } from './serve';

const config = benchConfig();
const mysql = mysqlOf(config);
const sequelize = new Sequelize({
  dialect: 'mysql',
  host: mysql.host,
  port: mysql.port,
  username: mysql.user,
  password: mysql.password,
  database: mysql.database,
  timezone: '+00:00',
  logging: false,
  define: { timestamps: false },
  pool: { max: mysql.poolMax, min: mysql.poolMax, acquire: 60_000 },
  dialectOptions: { decimalNumbers: true, charset: 'utf8mb4' },
});
const { Event, Booking, WaitlistEntry } = defineModels(sequelize);

async function book(
  eventId: number,
  { bookedBy, userId, quantity }: BookTickets,
): Promise<TicketsBooked> {
  return sequelize.transaction(
    { isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED },
    async (transaction) => {
      const event = await Event.findByPk(eventId, { lock: transaction.LOCK.UPDATE, transaction });
      if (!event) throw new ApiError('EVENT_NOT_FOUND', 'No such event');
      const row = event.get();
      if (row.status !== 'active') throw new ApiError('EVENT_CANCELLED', 'Cancelled');
      const now = new Date();
      const given = row.waitlist_count > 0 ? 0 : Math.min(quantity, row.available_tickets);
      const bookings = await Booking.bulkCreate(
        Array.from({ length: given }, (_, index) => ({
          event_id: eventId,
          ticket_no: row.next_ticket_no + index,
          user_id: userId,
          booked_by: bookedBy,
          status: 'booked' as const,
          createdAt: now,
          updatedAt: now,
        })),
        { transaction },
      );
      const missing = quantity - given;
      if (missing > 0) {
        await WaitlistEntry.create(
          {
            event_id: eventId,
            user_id: userId,
            requested_by: bookedBy,
            quantity: missing,
            priority: 0,
            queue_no: row.next_queue_no,
            createdAt: now,
            updatedAt: now,
          },
          { transaction },
        );
      }
      await event.update(
        {
          available_tickets: row.available_tickets - given,
          next_ticket_no: row.next_ticket_no + given,
          next_queue_no: row.next_queue_no + (missing > 0 ? 1 : 0),
          waitlist_count: row.waitlist_count + (missing > 0 ? 1 : 0),
          waitlist_tickets: row.waitlist_tickets + missing,
          version: row.version + 1,
          updatedAt: now,
        },
        { transaction },
      );
      return {
        refused: false,
        kind: 'book',
        eventId,
        outcome: missing === 0 ? 'booked' : given === 0 ? 'waitlisted' : 'partially_booked',
        tickets: bookings.map((booking) => {
          const { id, ticket_no, user_id, booked_by, status, createdAt, updatedAt } = booking.get();
          return {
            bookingId: id,
            ticketNo: ticket_no,
            holderId: user_id,
            bookedBy: booked_by,
            status,
            createdAt,
            updatedAt,
          };
        }),
        waitlisted: [],
        availableTickets: row.available_tickets - given,
        version: row.version + 1,
      };
    },
  );
}

void serve(config, {
  commands: {
    // This server supports only the command to book.
    perform: async (eventId, command) => answerTo(await book(eventId, command as never)),
  },
});
