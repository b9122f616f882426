import { Op, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Ticket } from '../domain/inventory-state';
import { ApiError, validationFailed } from '../errors/api-error';
import type { CommandAnswer } from '../inventory/command-request';
import type { IdempotencyKey } from '../inventory/idempotency';
import type { Bulkheads } from '../load/bulkheads';
import { ticketOf } from '../models/facts';
import type { BookingRow } from '../models/booking.model';
import { requireAllowed } from '../policies/accounts.policy';
import type { Actor } from '../domain/rights';
import { mayUseTicket } from '../domain/rights';
import type { CommandsService } from './commands.service';
import type { EventReader } from './event-reader';
import type { StaffService } from './staff.service';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';
import type { RequestContext } from './request-context';

export interface TicketFilter extends PageRequest {
  readonly eventId?: number | undefined;
  readonly status?: 'booked' | 'cancelled' | undefined;
}

/** A ticket and its event. */
export interface TicketOfEvent {
  readonly eventId: number;
  readonly ticket: Ticket;
}

/** A ticket in a list of many events' tickets. */
export interface ListedTicket extends TicketOfEvent {
  /** As the event is called at present. */
  readonly eventName: string;
  readonly startsAt: Date | null;
}

/** Reads tickets, and cancels named ones. */
export class TicketsService {
  readonly #database: Database;
  readonly #commands: CommandsService;
  readonly #bulkheads: Bulkheads;
  readonly #eventReader: EventReader;
  readonly #staff: StaffService;

  constructor(options: {
    database: Database;
    commands: CommandsService;
    eventReader: EventReader;
    staff: StaffService;
    bulkheads: Bulkheads;
  }) {
    this.#database = options.database;
    this.#commands = options.commands;
    this.#bulkheads = options.bulkheads;
    this.#eventReader = options.eventReader;
    this.#staff = options.staff;
  }

  /**
   * Cancels the named tickets, all or none.
   *
   * @param named the event that they must belong to, or null if the request names no event
   * @throws ApiError BOOKING_NOT_FOUND, VALIDATION_FAILED if they belong to several events, or as
   * `CommandsService.perform` says
   */
  async cancelBookings(
    bookingIds: readonly number[],
    named: { readonly eventId: number | null },
    request: RequestContext,
    idempotencyKey?: IdempotencyKey,
  ): Promise<CommandAnswer> {
    const eventId =
      named.eventId ?? (await this.#bulkheads.shortReads.run(() => this.#eventOf(bookingIds)));
    return this.#commands.perform(
      eventId,
      { kind: 'cancel-bookings', bookingIds, actor: request.actor },
      request,
      { idempotencyKey },
    );
  }

  /** Lists the tickets that the caller holds or booked, by id. */
  async list(actor: Actor, filter: TicketFilter): Promise<Page<ListedTicket>> {
    const [afterId = 0] = readCursor(filter, 1) ?? [];
    const where: WhereOptions<BookingRow> = {
      id: { [Op.gt]: afterId },
      ...(filter.eventId === undefined ? {} : { event_id: filter.eventId }),
      ...(filter.status === undefined ? {} : { status: filter.status }),
    };
    // Two queries that each use an index; one query with OR would read far more.
    const found = new Map<number, BookingRow>();
    for (const own of [{ user_id: actor.id }, { booked_by: actor.id }]) {
      const rows = await findRows(this.#database.models.Booking, {
        where: { ...where, ...own },
        order: [['id', 'ASC']],
        limit: filter.limit + 1,
      });
      for (const row of rows) found.set(row.id, row);
    }
    const rows = [...found.values()].sort((a, b) => a.id - b.id);
    const page = pageOf(rows, filter, ({ id }) => [id]);
    return { ...page, rows: await this.#withEvents(page.rows.map(ticketOfEvent)) };
  }

  /** @throws ApiError BOOKING_NOT_FOUND, FORBIDDEN */
  async find(actor: Actor, bookingId: number): Promise<TicketOfEvent> {
    const [row] = await findRows(this.#database.models.Booking, { where: { id: bookingId } });
    if (!row) throw bookingNotFound(bookingId);
    const found = ticketOfEvent(row);
    const event = await this.#staff.staffed(actor, await this.#eventReader.find(found.eventId));
    requireAllowed(
      mayUseTicket(actor, found.ticket, event),
      "Only its holder, its booker, the event's organizer and staff, and admins may see this ticket",
    );
    return found;
  }

  async #withEvents(tickets: readonly TicketOfEvent[]): Promise<ListedTicket[]> {
    const eventIds = [...new Set(tickets.map(({ eventId }) => eventId))];
    const events = await Promise.all(eventIds.map((id) => this.#eventReader.find(id)));
    const found = new Map(events.map((event) => [event.id, event]));
    return tickets.map((ticket) => {
      const { name, startsAt } = found.get(ticket.eventId)!;
      return { ...ticket, eventName: name, startsAt };
    });
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
