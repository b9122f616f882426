import { Op, QueryTypes } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { DEFAULT_UNIT_LIMIT_MS, type Tx, type UnitOfWork } from '../database/unit-of-work';
import type { EventFacts } from '../domain/inventory-state';
import { findDiscrepancies, type RowCounts } from '../domain/reconcile';
import { ApiError } from '../errors/api-error';
import { areBlocksCurrent, compareBlocks } from '../inventory/queue-blocks';
import { eventFactsOf } from '../models/facts';

/** Events that `reconcileAll` counts at a time. */
const EVENTS_AT_ONCE = 200;
/** Far more than needed: a million bookings are counted in about a second. */
const BATCH_LIMIT_MS = 60_000;

/** An event's counters and the totals of its rows. */
export interface Reconciliation {
  readonly event: EventFacts;
  readonly counts: RowCounts;
  /** A description of each discrepancy; empty if the counters agree with the rows. */
  readonly faults: readonly string[];
}

/** Some servers return sums as text. */
type CountRow = Readonly<Record<keyof RowCounts | 'eventId', number | string>>;

const NOTHING_COUNTED: RowCounts = {
  tickets: 0,
  activeTickets: 0,
  highestTicketNo: 0,
  waiting: 0,
  ticketsWaitedFor: 0,
  highestQueueNo: 0,
  wrongBlocks: 0,
  entriesInBlocks: 0,
};

/** Checks that the counters of events agree with their rows. Only reads, and locks nothing. */
export class ReconcileService {
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

  /** Reconciles all events in batches; each batch reads one consistent snapshot of the database. */
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
    return this.#unitOfWork.readConsistently(
      async (tx) => {
        const events = await findRows(this.#database.models.Event, {
          where: { id: [...eventIds] },
          order: [['id', 'ASC']],
          transaction: tx,
        });
        const counts = await this.#count(tx, eventIds);
        const summed = events.filter(areBlocksCurrent).map(({ id }) => id);
        const sums = await compareBlocks(this.#database, tx, summed);
        return events.map((row) => {
          const event = eventFactsOf(row);
          const rows = counts.get(row.id) ?? NOTHING_COUNTED;
          const inBlocks = sums.get(row.id) ?? { entries: 0, wrong: 0 };
          const counted = {
            ...rows,
            wrongBlocks: inBlocks.wrong,
            entriesInBlocks: areBlocksCurrent(row) ? inBlocks.entries : rows.waiting,
          };
          return { event, counts: counted, faults: findDiscrepancies(event, counted) };
        });
      },
      { deadline: performance.now() + limitMs },
    );
  }

  /** Each statement reads one index in order; the first reads only the index. */
  async #count(tx: Tx, eventIds: readonly number[]): Promise<Map<number, RowCounts>> {
    const counts = new Map(eventIds.map((id) => [id, NOTHING_COUNTED]));
    for (const columns of [
      `COUNT(*) AS tickets, SUM(CASE WHEN status = 'booked' THEN 1 ELSE 0 END) AS "activeTickets"
       FROM bookings`,
      'MAX(ticket_no) AS "highestTicketNo" FROM bookings',
      `COUNT(*) AS waiting, SUM(quantity) AS "ticketsWaitedFor", MAX(queue_no) AS "highestQueueNo"
       FROM waitlists`,
    ]) {
      const rows = await this.#database.sequelize.query<CountRow>(
        `SELECT event_id AS "eventId", ${columns} WHERE event_id IN (:eventIds) GROUP BY event_id`,
        { type: QueryTypes.SELECT, replacements: { eventIds }, transaction: tx },
      );
      for (const { eventId, ...counted } of rows) {
        const numbers = Object.entries(counted).map(([name, value]) => [name, Number(value)]);
        const known = counts.get(Number(eventId)) ?? NOTHING_COUNTED;
        counts.set(Number(eventId), { ...known, ...Object.fromEntries(numbers) } as RowCounts);
      }
    }
    return counts;
  }
}
