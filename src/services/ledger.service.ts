import { Op, QueryTypes } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { DEFAULT_UNIT_LIMIT_MS, type Tx, type UnitOfWork } from '../database/unit-of-work';
import type { EventFacts } from '../domain/inventory-state';
import { findLedgerFaults, type LedgerCounts } from '../domain/ledger';
import { ApiError } from '../errors/api-error';
import { factsOf } from '../inventory/inventory-loader';

/** Events counted together by the check over all of them. */
const EVENTS_AT_ONCE = 200;
/** A million bookings take about a second. */
const BATCH_LIMIT_MS = 60_000;

/** An event's counters beside what its rows say. */
export interface Reconciliation {
  readonly event: EventFacts;
  readonly counts: LedgerCounts;
  /** What does not agree, in words; empty where all is well. */
  readonly faults: readonly string[];
}

interface CountRow extends LedgerCounts {
  readonly eventId: number;
}

const NOTHING_COUNTED: LedgerCounts = {
  tickets: 0,
  activeTickets: 0,
  highestTicketNo: 0,
  waiting: 0,
  ticketsWaitedFor: 0,
  highestQueueNo: 0,
};

/** Proves from the rows that every ticket is where the counters say. Reads only, locks nobody. */
export class LedgerService {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;

  constructor(options: { database: Database; unitOfWork: UnitOfWork }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
  }

  /** @throws ApiError EVENT_NOT_FOUND */
  async reconcile(eventId: number): Promise<Reconciliation> {
    const [found] = await this.#reconcile([eventId], DEFAULT_UNIT_LIMIT_MS);
    if (!found) throw new ApiError('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
    return found;
  }

  /** All events, some at a time; each batch is one unchanging view of the database. */
  async *reconcileAll({ eventsAtOnce = EVENTS_AT_ONCE } = {}): AsyncGenerator<
    Reconciliation,
    void
  > {
    for (let afterId = 0; ;) {
      const events = await findRows(this.#database.models.Event, {
        attributes: ['id'],
        where: { id: { [Op.gt]: afterId } },
        order: [['id', 'ASC']],
        limit: eventsAtOnce,
      });
      const last = events.at(-1);
      if (!last) return;
      yield* await this.#reconcile(
        events.map(({ id }) => id),
        BATCH_LIMIT_MS,
      );
      afterId = last.id;
    }
  }

  #reconcile(eventIds: readonly number[], limitMs: number): Promise<Reconciliation[]> {
    return this.#unitOfWork.snapshot(
      async (tx) => {
        const events = await findRows(this.#database.models.Event, {
          where: { id: [...eventIds] },
          order: [['id', 'ASC']],
          transaction: tx,
        });
        const counts = await this.#count(tx, eventIds);
        return events.map((row) => {
          const event = factsOf(row);
          const counted = counts.get(row.id) ?? NOTHING_COUNTED;
          return { event, counts: counted, faults: findLedgerFaults(event, counted) };
        });
      },
      { deadline: performance.now() + limitMs },
    );
  }

  async #count(tx: Tx, eventIds: readonly number[]): Promise<Map<number, LedgerCounts>> {
    const ids = eventIds.join(', ');
    const rows = await this.#database.sequelize.query<CountRow>(
      `SELECT e.id AS "eventId",
         COALESCE(b.tickets, 0) AS tickets, COALESCE(b.active, 0) AS "activeTickets",
         COALESCE(b.highest, 0) AS "highestTicketNo",
         COALESCE(w.people, 0) AS waiting, COALESCE(w.tickets, 0) AS "ticketsWaitedFor",
         COALESCE(w.highest, 0) AS "highestQueueNo"
       FROM events e
       LEFT JOIN (
         SELECT event_id, COUNT(*) AS tickets, MAX(ticket_no) AS highest,
           SUM(CASE WHEN status = 'booked' THEN 1 ELSE 0 END) AS active
         FROM bookings WHERE event_id IN (${ids}) GROUP BY event_id
       ) b ON b.event_id = e.id
       LEFT JOIN (
         SELECT event_id, COUNT(*) AS people, SUM(quantity) AS tickets, MAX(queue_no) AS highest
         FROM waitlists WHERE event_id IN (${ids}) GROUP BY event_id
       ) w ON w.event_id = e.id
       WHERE e.id IN (${ids})`,
      { type: QueryTypes.SELECT, transaction: tx },
    );
    return new Map(rows.map(({ eventId, ...counts }) => [eventId, numbersOf(counts)]));
  }
}

/** Sums come as text from some servers. */
function numbersOf(counts: LedgerCounts): LedgerCounts {
  return Object.fromEntries(
    Object.entries(counts).map(([name, value]) => [name, Number(value)]),
  ) as unknown as LedgerCounts;
}
