import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Tx, UnitOfWork } from '../database/unit-of-work';
import type { Ticket } from '../domain/inventory-state';
import { nextActions, type NextAction } from '../domain/next-actions';
import { ApiError } from '../errors/api-error';
import { entryOf, factsOf, ticketOf } from '../inventory/inventory-loader';
import { countAhead, sumTicketsAhead, type PositionedEntry } from './waitlist-reader';

/** Most tickets that are listed; beyond that, only their number is given. */
const LISTED_TICKETS_MAX = 1_000;

export interface MyEvent {
  readonly eventId: number;
  readonly version: number;
  readonly tickets: readonly Ticket[];
  readonly ticketsHeld: number;
  readonly entry: PositionedEntry | null;
  /** Tickets that the entries ahead wait for; null if the person does not wait. */
  readonly ticketsAhead: number | null;
  readonly allowedActions: readonly NextAction[];
}

/** Reads one person's tickets, waitlist entry and allowed actions for one event. */
export class MyEventReader {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;

  constructor(options: { database: Database; unitOfWork: UnitOfWork }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
  }

  /** @throws ApiError EVENT_NOT_FOUND */
  find(userId: number, eventId: number): Promise<MyEvent> {
    return this.#unitOfWork.readConsistently(async (tx) => {
      const { Event, Booking } = this.#database.models;
      const [row] = await findRows(Event, { where: { id: eventId }, transaction: tx });
      if (!row) throw new ApiError('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
      const event = factsOf(row);
      const mine = { event_id: eventId, user_id: userId, status: 'booked' as const };
      const tickets = await findRows(Booking, {
        where: mine,
        order: [['id', 'ASC']],
        limit: LISTED_TICKETS_MAX,
        transaction: tx,
      });
      const ticketsHeld =
        tickets.length < LISTED_TICKETS_MAX
          ? tickets.length
          : await Booking.count({ where: mine, transaction: tx });
      const { entry, ticketsAhead } = await this.#position(tx, userId, eventId);
      return {
        eventId,
        version: event.version,
        tickets: tickets.map(ticketOf),
        ticketsHeld,
        entry,
        ticketsAhead,
        allowedActions: nextActions(event, ticketsHeld, entry && entry.entry),
      };
    });
  }

  async #position(
    tx: Tx,
    userId: number,
    eventId: number,
  ): Promise<{ entry: PositionedEntry | null; ticketsAhead: number | null }> {
    const [row] = await findRows(this.#database.models.WaitlistEntry, {
      where: { event_id: eventId, user_id: userId },
      transaction: tx,
    });
    if (!row) return { entry: null, ticketsAhead: null };
    const entry = entryOf(row);
    const ahead = await countAhead(this.#database, tx, eventId, entry);
    return {
      entry: { eventId, entry, position: ahead + 1 },
      ticketsAhead: await sumTicketsAhead(this.#database, tx, eventId, entry),
    };
  }
}
