import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { violatesUnique } from '../database/fault-kind';
import { findTimedEvents } from '../database/find-timed-events';
import { shareLockUsers } from '../database/locks';
import { readNow } from '../database/timestamps';
import type { Tx, UnitOfWork, Units } from '../database/unit-of-work';
import type { EventSettings, EventSnapshot, EventStatus } from '../domain/inventory-state';
import type { Actor } from '../domain/rights';
import { ApiError } from '../errors/api-error';
import { settingsOf, writeAudit } from '../inventory/audit';
import type { Bulkhead } from '../load/bulkhead';
import type { Bulkheads } from '../load/bulkheads';
import { replayOf, type CommandAnswer } from '../inventory/command-request';
import {
  judgeKey,
  KEY_REUSED_MESSAGE,
  loadKeys,
  saveKeys,
  scopeId,
  type IdempotencyKey,
  type StoredAnswer,
  type StoredKey,
} from '../inventory/idempotency';
import { eventFactsOf, eventSnapshotOf } from '../models/facts';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';
import type { RequestContext } from './request-context';
import { invalidToken } from '../auth/tokens';

export interface EventFilter extends PageRequest {
  readonly status?: EventStatus | undefined;
}

/** What became of an earlier request with the same key. */
interface KnownKey {
  readonly answer?: StoredAnswer;
  readonly expired?: StoredKey;
}

/** The event id of keys whose request has no event yet. */
const NO_EVENT = 0;

/** Creates and lists events. */
export class EventsService {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #units: Units;
  readonly #shortReads: Bulkhead;
  readonly #finish: (event: EventSnapshot) => StoredAnswer;

  constructor(options: {
    database: Database;
    unitOfWork: UnitOfWork;
    bulkheads: Bulkheads;
    /** Makes the answer, which is stored with the event. */
    finish: (event: EventSnapshot) => StoredAnswer;
  }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#units = options.unitOfWork.within(options.bulkheads.accounts);
    this.#shortReads = options.bulkheads.shortReads;
    this.#finish = options.finish;
  }

  /**
   * Creates an event; the caller becomes its organizer.
   *
   * @throws ApiError EVENT_NAME_TAKEN, IDEMPOTENCY_KEY_REUSED
   */
  async create(
    event: EventSettings,
    request: RequestContext,
    key?: IdempotencyKey,
  ): Promise<CommandAnswer> {
    try {
      return await this.#create(event, request, key);
    } catch (error) {
      if (!isTaken(error)) throw error;
      // A duplicate with the same key may have been faster: then its answer is now stored.
      const known =
        key &&
        (await this.#shortReads.run(() =>
          this.#unitOfWork.readConsistently((tx) => this.#findKey(tx, key)),
        ));
      if (known?.answer) return replayOf(known.answer);
      throw new ApiError('EVENT_NAME_TAKEN', 'Another event already has this name', {
        details: [{ field: 'event_name', message: 'event_name is taken' }],
      });
    }
  }

  async list(filter: EventFilter): Promise<Page<EventSnapshot>> {
    const [afterId = 0] = readCursor(filter, 1) ?? [];
    const rows = await findTimedEvents(this.#database, {
      where: {
        id: { [Op.gt]: afterId },
        ...(filter.status === undefined ? {} : { status: filter.status }),
      },
      order: [['id', 'ASC']],
      limit: filter.limit + 1,
    });
    const page = pageOf(rows, filter, ({ id }) => [id]);
    return { ...page, rows: page.rows.map(eventSnapshotOf) };
  }

  async #create(
    newEvent: EventSettings,
    { actor, requestId }: RequestContext,
    key: IdempotencyKey | undefined,
  ): Promise<CommandAnswer> {
    return this.#units.run(async (tx) => {
      const known = key && (await this.#findKey(tx, key));
      if (known?.answer) return replayOf(known.answer);
      const accounts = await shareLockUsers(this.#database, tx, [actor.id]);
      if (accounts.size === 0) throw invalidToken();
      const now = await readNow(this.#database, tx);
      const event = await this.#insert(tx, actor, newEvent, now);
      const answer = this.#finish(event);
      if (key) {
        const newKey = { eventId: NO_EVENT, key, answer, replaces: known?.expired };
        await saveKeys(this.#database, tx, [newKey], now);
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
            details: { after: settingsOf(event) },
          },
        ],
        now,
      );
      return { refused: false, outcome: 'done', ...answer };
    });
  }

  async #insert(tx: Tx, actor: Actor, settings: EventSettings, now: Date): Promise<EventSnapshot> {
    const row = await this.#database.models.Event.create(
      {
        event_name: settings.name,
        total_tickets: settings.totalTickets,
        available_tickets: settings.totalTickets,
        status: 'active',
        organizer_id: actor.id,
        max_tickets_per_user: settings.maxTicketsPerUser,
        starts_at: settings.startsAt,
        sale_starts_at: settings.saleStartsAt,
        sale_ends_at: settings.saleEndsAt,
        metadata: settings.metadata,
        version: 0,
        next_ticket_no: 1,
        next_queue_no: 1,
        waitlist_count: 0,
        waitlist_tickets: 0,
        queue_counted_version: 0,
        createdAt: now,
        updatedAt: now,
      },
      { transaction: tx },
    );
    return { ...eventFactsOf(row.get()), asOf: now };
  }

  /** The stored answer to an earlier duplicate, or the expired key that this one replaces. */
  async #findKey(tx: Tx, key: IdempotencyKey): Promise<KnownKey | undefined> {
    const keys = await loadKeys(this.#database, tx, [{ eventId: NO_EVENT, scope: key }]);
    const stored = keys.get(NO_EVENT)?.get(scopeId(key));
    if (!stored) return undefined;
    const judged = judgeKey(stored, key, await readNow(this.#database, tx));
    if (judged === 'reused') throw new ApiError('IDEMPOTENCY_KEY_REUSED', KEY_REUSED_MESSAGE);
    return judged === 'free' ? { expired: stored } : { answer: judged };
  }
}

function isTaken(error: unknown): boolean {
  return (
    violatesUnique(error, 'uq_events_name', ['event_name']) ||
    violatesUnique(error, 'uq_idempotency_keys_scope', ['idempotency_key'])
  );
}
