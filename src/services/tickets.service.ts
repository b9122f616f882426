import { Op, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { BookTickets, CancelBookings, CancelHeldTickets } from '../domain/commands';
import type { Ticket } from '../domain/inventory-state';
import type { TicketsBooked, TicketsCancelled } from '../domain/outcomes';
import { ApiError, validationFailed } from '../errors/api-error';
import type { IdempotentRequest, Replay } from '../inventory/idempotency';
import type { InventoryExecutor } from '../inventory/inventory-executor';
import { ticketOf } from '../inventory/inventory-loader';
import type { BookingRow } from '../models/booking.model';
import { demand } from '../policies/accounts.policy';
import type { Actor } from '../policies/permissions';
import { mayUseTicket } from '../policies/tickets.policy';
import type { EventReader } from './event-reader';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';
import { acceptedOrThrow } from './accepted-or-throw';
import type { RequestTrace } from './request-trace';

export interface BookingWish {
  readonly eventId: number;
  /** Who gets the tickets that no additional user gets. */
  readonly userId: number;
  readonly additionalUsers: readonly number[];
  readonly quantity: number;
}

export interface HeldTicketsWish {
  readonly eventId: number;
  readonly holderId: number;
  /** Null for all of them. */
  readonly quantity: number | null;
}

export interface BookingsWish {
  readonly bookingIds: readonly number[];
  /** The event that they must belong to, where one was named. */
  readonly eventId: number | null;
}

export interface TicketFilter extends PageRequest {
  readonly eventId?: number | undefined;
  readonly status?: 'booked' | 'cancelled' | undefined;
}

/** A ticket, and the event that it is for. */
export interface TicketOfEvent {
  readonly eventId: number;
  readonly ticket: Ticket;
}

/** Booking tickets, giving them back, and looking at them. */
export class TicketsService {
  readonly #database: Database;
  readonly #inventory: InventoryExecutor;
  readonly #events: EventReader;

  constructor(options: { database: Database; inventory: InventoryExecutor; events: EventReader }) {
    this.#database = options.database;
    this.#inventory = options.inventory;
    this.#events = options.events;
  }

  /**
   * Books what there is and puts the rest on the waitlist.
   *
   * @throws ApiError EVENT_NOT_FOUND, EVENT_CANCELLED, USER_NOT_FOUND,
   * TICKET_LIMIT_REACHED, ALREADY_WAITLISTED, or as `InventoryExecutor.execute` says
   */
  async book(
    actor: Actor,
    { eventId, ...wish }: BookingWish,
    { requestId, startedAt }: RequestTrace,
    once?: IdempotentRequest<TicketsBooked>,
  ): Promise<TicketsBooked | Replay> {
    return acceptedOrThrow(
      await this.#inventory.execute<BookTickets>(eventId, {
        command: { kind: 'book', bookedBy: actor.id, ...wish },
        actorId: actor.id,
        requestId,
        startedAt,
        once,
      }),
    );
  }

  /**
   * Gives back what one person holds for an event.
   *
   * @throws ApiError EVENT_NOT_FOUND, EVENT_CANCELLED, USER_NOT_FOUND, BOOKING_NOT_FOUND,
   * VALIDATION_FAILED where they hold fewer, or as `InventoryExecutor.execute` says
   */
  async cancelHeld(
    actor: Actor,
    { eventId, holderId, quantity }: HeldTicketsWish,
    { requestId, startedAt }: RequestTrace,
    once?: IdempotentRequest<TicketsCancelled>,
  ): Promise<TicketsCancelled | Replay> {
    return acceptedOrThrow(
      await this.#inventory.execute<CancelHeldTickets>(eventId, {
        command: { kind: 'cancel-held', holderId, quantity },
        actorId: actor.id,
        requestId,
        startedAt,
        once,
      }),
    );
  }

  /**
   * Gives back the named tickets, all or none.
   *
   * @throws ApiError FORBIDDEN, EVENT_CANCELLED, BOOKING_NOT_FOUND, BOOKING_ALREADY_CANCELLED,
   * VALIDATION_FAILED where they belong to several events, or as `InventoryExecutor.execute` says
   */
  async cancelBookings(
    actor: Actor,
    { bookingIds, eventId: namedEventId }: BookingsWish,
    { requestId, startedAt }: RequestTrace,
    once?: IdempotentRequest<TicketsCancelled>,
  ): Promise<TicketsCancelled | Replay> {
    const eventId = namedEventId ?? (await this.#eventOf(bookingIds));
    return acceptedOrThrow(
      await this.#inventory.execute<CancelBookings>(eventId, {
        command: {
          kind: 'cancel-bookings',
          bookingIds,
          mayCancel: (ticket, event) => mayUseTicket(actor, ticket, event),
        },
        actorId: actor.id,
        requestId,
        startedAt,
        once,
      }),
    );
  }

  /** The tickets that the caller holds or has booked, by id. */
  async list(actor: Actor, filter: TicketFilter): Promise<Page<TicketOfEvent>> {
    const [afterId = 0] = readCursor(filter, 1) ?? [];
    const where: WhereOptions<BookingRow> = {
      id: { [Op.gt]: afterId },
      ...(filter.eventId === undefined ? {} : { event_id: filter.eventId }),
      ...(filter.status === undefined ? {} : { status: filter.status }),
    };
    // Two queries that an index answers each; one with OR would read far more.
    const [held, made] = await Promise.all(
      [{ user_id: actor.id }, { booked_by: actor.id }].map((own) =>
        findRows(this.#database.models.Booking, {
          where: { ...where, ...own },
          order: [['id', 'ASC']],
          limit: filter.limit + 1,
        }),
      ),
    );
    const rows = [...new Map([...held!, ...made!].map((row) => [row.id, row])).values()].sort(
      (a, b) => a.id - b.id,
    );
    const page = pageOf(rows, filter, ({ id }) => [id]);
    return { ...page, rows: page.rows.map(ticketOfEvent) };
  }

  /** @throws ApiError BOOKING_NOT_FOUND, FORBIDDEN */
  async find(actor: Actor, bookingId: number): Promise<TicketOfEvent> {
    const [row] = await findRows(this.#database.models.Booking, { where: { id: bookingId } });
    if (!row) throw bookingNotFound(bookingId);
    const found = ticketOfEvent(row);
    const event = await this.#events.find(found.eventId);
    demand(mayUseTicket(actor, found.ticket, event), 'This ticket is none of yours');
    return found;
  }

  async #eventOf(bookingIds: readonly number[]): Promise<number> {
    const rows = await findRows(this.#database.models.Booking, {
      attributes: ['id', 'event_id'],
      where: { id: [...bookingIds] },
    });
    const known = new Set(rows.map(({ id }) => id));
    const unknown = bookingIds.find((id) => !known.has(id));
    if (unknown !== undefined) throw bookingNotFound(unknown);
    const [eventId, ...others] = new Set(rows.map((row) => row.event_id));
    if (eventId === undefined || others.length > 0) {
      throw validationFailed({
        field: 'booking_ids',
        message: 'booking_ids must belong to one event',
      });
    }
    return eventId;
  }
}

function ticketOfEvent(row: BookingRow): TicketOfEvent {
  return { eventId: row.event_id, ticket: ticketOf(row) };
}

function bookingNotFound(bookingId: number): ApiError {
  return new ApiError('BOOKING_NOT_FOUND', `No booking ${String(bookingId)}`);
}
