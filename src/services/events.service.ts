import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { violatesUnique } from '../database/fault-kind';
import { findRows } from '../database/find-rows';
import { shareLockUsers } from '../database/locks';
import { readNow } from '../database/timestamps';
import type { Tx, UnitOfWork } from '../database/unit-of-work';
import type { CancelEvent, UpdateEvent } from '../domain/commands';
import type { EventFacts, EventStatus } from '../domain/inventory-state';
import type { EventUpdated } from '../domain/outcomes';
import { ApiError } from '../errors/api-error';
import { writeAudit } from '../inventory/audit';
import {
  judgeKey,
  KEY_REUSED_MESSAGE,
  loadKeys,
  Replay,
  saveKeys,
  scopeId,
  type IdempotentRequest,
  type StoredKey,
} from '../inventory/idempotency';
import type { InventoryExecutor } from '../inventory/inventory-executor';
import { factsOf } from '../inventory/inventory-loader';
import { mayManageEvent } from '../policies/events.policy';
import type { Actor } from '../policies/permissions';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';
import { acceptedOrThrow } from './accepted-or-throw';
import type { RequestTrace } from './request-trace';
import { invalidToken } from '../auth/tokens';

export interface NewEvent {
  readonly name: string;
  readonly totalTickets: number;
  readonly maxTicketsPerUser: number | null;
}

export interface EventPatch {
  readonly name?: string | undefined;
  readonly totalTickets?: number | undefined;
  readonly maxTicketsPerUser?: number | null | undefined;
}

export interface EventFilter extends PageRequest {
  readonly status?: EventStatus | undefined;
}

/** Keys of requests that concern no event yet. */
const NO_EVENT = 0;

/** An event's life: made, looked at, changed, cancelled. */
export class EventsService {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #inventory: InventoryExecutor;

  constructor(options: {
    database: Database;
    unitOfWork: UnitOfWork;
    inventory: InventoryExecutor;
  }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#inventory = options.inventory;
  }

  /**
   * Makes an event; the caller is its organizer.
   *
   * @throws ApiError EVENT_NAME_TAKEN, IDEMPOTENCY_KEY_REUSED
   */
  async create(
    actor: Actor,
    wish: NewEvent,
    trace: RequestTrace,
    once?: IdempotentRequest<EventFacts>,
  ): Promise<EventFacts | Replay> {
    try {
      return await this.#create(actor, wish, trace, once);
    } catch (error) {
      if (!isTaken(error)) throw error;
      // A twin with the same key may have been quicker: then its answer is there now.
      const known = once && (await this.#unitOfWork.run((tx) => this.#findKey(tx, once)));
      if (known instanceof Replay) return known;
      throw new ApiError('EVENT_NAME_TAKEN', 'Another event bears this name', {
        details: [{ field: 'event_name', message: 'event_name is taken' }],
      });
    }
  }

  async list(filter: EventFilter): Promise<Page<EventFacts>> {
    const [afterId = 0] = readCursor(filter, 1) ?? [];
    const rows = await findRows(this.#database.models.Event, {
      where: {
        id: { [Op.gt]: afterId },
        ...(filter.status === undefined ? {} : { status: filter.status }),
      },
      order: [['id', 'ASC']],
      limit: filter.limit + 1,
    });
    const page = pageOf(rows, filter, ({ id }) => [id]);
    return { ...page, rows: page.rows.map(factsOf) };
  }

  /**
   * Renames, resizes or caps an event. Added tickets go to the waitlist first.
   *
   * @param isDryRun tells what would happen and changes nothing
   * @throws ApiError EVENT_NOT_FOUND, EVENT_CANCELLED, FORBIDDEN, CAPACITY_BELOW_BOOKED,
   * EVENT_NAME_TAKEN, or as `InventoryExecutor.execute` says
   */
  async update(
    actor: Actor,
    { eventId, change, isDryRun }: { eventId: number; change: EventPatch; isDryRun: boolean },
    { requestId, startedAt }: RequestTrace,
    once?: IdempotentRequest<EventUpdated>,
  ): Promise<EventUpdated | Replay> {
    return acceptedOrThrow(
      await this.#inventory.execute<UpdateEvent>(eventId, {
        command: {
          kind: 'update-event',
          ...change,
          mayManage: (event) => mayManageEvent(actor, event),
        },
        actorId: actor.id,
        requestId,
        startedAt,
        once,
        isDryRun,
      }),
    );
  }

  /**
   * Cancels an event with all its bookings and its waitlist.
   *
   * @throws ApiError EVENT_NOT_FOUND, EVENT_CANCELLED, FORBIDDEN, or as `InventoryExecutor.execute`
   * says
   */
  async cancel(
    actor: Actor,
    eventId: number,
    { requestId, startedAt }: RequestTrace,
    once?: IdempotentRequest<EventUpdated>,
  ): Promise<EventUpdated | Replay> {
    return acceptedOrThrow(
      await this.#inventory.execute<CancelEvent>(eventId, {
        command: { kind: 'cancel-event', mayManage: (event) => mayManageEvent(actor, event) },
        actorId: actor.id,
        requestId,
        startedAt,
        once,
      }),
    );
  }

  async #create(
    actor: Actor,
    wish: NewEvent,
    { requestId }: RequestTrace,
    once: IdempotentRequest<EventFacts> | undefined,
  ): Promise<EventFacts | Replay> {
    return this.#unitOfWork.run(async (tx) => {
      const known = once && (await this.#findKey(tx, once));
      if (known instanceof Replay) return known;
      const accounts = await shareLockUsers(this.#database, tx, [actor.id]);
      if (accounts.size === 0) throw invalidToken();
      const now = await readNow(this.#database, tx);
      const event = await this.#insert(tx, actor, wish, now);
      if (once) {
        const key = { eventId: NO_EVENT, once, answer: once.answer(event), replaces: known };
        await saveKeys(this.#database, tx, [key], now);
      }
      await writeAudit(
        this.#database,
        tx,
        [
          {
            action: 'event.create',
            actorId: actor.id,
            eventId: event.id,
            version: event.version,
            requestId,
            details: {
              after: {
                event_name: event.name,
                total_tickets: event.totalTickets,
                max_tickets_per_user: event.maxTicketsPerUser,
              },
            },
          },
        ],
        now,
      );
      return event;
    });
  }

  async #insert(
    tx: Tx,
    actor: Actor,
    { name, totalTickets, maxTicketsPerUser }: NewEvent,
    now: Date,
  ): Promise<EventFacts> {
    const row = await this.#database.models.Event.create(
      {
        event_name: name,
        total_tickets: totalTickets,
        available_tickets: totalTickets,
        status: 'active',
        organizer_id: actor.id,
        max_tickets_per_user: maxTicketsPerUser,
        version: 0,
        next_ticket_no: 1,
        next_queue_no: 1,
        waitlist_count: 0,
        waitlist_tickets: 0,
        createdAt: now,
        updatedAt: now,
      },
      { transaction: tx },
    );
    return factsOf(row.get());
  }

  /** The answer to the twin that came first, or the expired key that stands in this one's place. */
  async #findKey(tx: Tx, once: IdempotentRequest<EventFacts>): Promise<Replay | StoredKey | undefined> {
    const keys = await loadKeys(this.#database, tx, [{ eventId: NO_EVENT, scope: once }]);
    const stored = keys.get(NO_EVENT)?.get(scopeId(once));
    const verdict = stored && judgeKey(stored, once, await readNow(this.#database, tx));
    if (verdict === 'reused') throw new ApiError('IDEMPOTENCY_KEY_REUSED', KEY_REUSED_MESSAGE);
    return verdict instanceof Replay ? verdict : stored;
  }
}

function isTaken(error: unknown): boolean {
  return (
    violatesUnique(error, 'uq_events_name', ['event_name']) ||
    violatesUnique(error, 'uq_idempotency_keys_scope', ['idempotency_key'])
  );
}
