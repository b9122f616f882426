import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { UnitOfWork } from '../database/unit-of-work';
import type {
  JoinWaitlist,
  LeaveWaitlist,
  LowerWaitlistQuantity,
  PrioritizeEntry,
} from '../domain/commands';
import type { WaitlistEntry } from '../domain/inventory-state';
import type { WaitlistEntryChanged, WaitlistJoined, WaitlistLeft } from '../domain/outcomes';
import { ApiError, outcomeUnknown } from '../errors/api-error';
import { Replay, type IdempotentRequest } from '../inventory/idempotency';
import type { InventoryExecutor } from '../inventory/inventory-executor';
import { mayManageEvent } from '../policies/events.policy';
import type { Actor } from '../policies/permissions';
import { mayUseEntry } from '../policies/waitlists.policy';
import type { Page } from './pages';
import { acceptedOrThrow } from './accepted-or-throw';
import type { RequestTrace } from './request-trace';
import {
  countAhead,
  listEntries,
  type ListedEntry,
  type PositionedEntry,
  type WaitlistFilter,
} from './waitlist-reader';

export interface WaitlistWish {
  readonly eventId: number;
  readonly userId: number;
  readonly quantity: number;
}

/** Waiting for tickets: joining, leaving, and one's place in the queue. */
export class WaitlistsService {
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
   * Puts a person at the end of an event's queue.
   *
   * @throws ApiError EVENT_NOT_FOUND, EVENT_CANCELLED, USER_NOT_FOUND,
   * TICKET_LIMIT_REACHED, TICKETS_AVAILABLE, ALREADY_WAITLISTED, or as `InventoryExecutor.execute`
   * says
   */
  async join(
    actor: Actor,
    { eventId, userId, quantity }: WaitlistWish,
    { requestId, startedAt }: RequestTrace,
    once?: IdempotentRequest<WaitlistJoined>,
  ): Promise<WaitlistJoined | Replay> {
    return acceptedOrThrow(
      await this.#inventory.execute<JoinWaitlist>(eventId, {
        command: { kind: 'join', userId, requestedBy: actor.id, quantity },
        actorId: actor.id,
        requestId,
        startedAt,
        once,
      }),
    );
  }

  /**
   * Lets the caller's entry want fewer tickets; it keeps its place.
   *
   * @throws ApiError EVENT_NOT_FOUND, EVENT_CANCELLED, WAITLIST_ENTRY_NOT_FOUND, VALIDATION_FAILED
   * where it would want more, or as `InventoryExecutor.execute` says
   */
  async lower(
    actor: Actor,
    { eventId, quantity }: { readonly eventId: number; readonly quantity: number },
    { requestId, startedAt }: RequestTrace,
  ): Promise<PositionedEntry> {
    return this.#placed(
      acceptedOrThrow(
        await this.#inventory.execute<LowerWaitlistQuantity>(eventId, {
          command: { kind: 'lower', userId: actor.id, quantity },
          actorId: actor.id,
          requestId,
          startedAt,
        }),
      ),
    );
  }

  /**
   * Takes a person out of an event's queue.
   *
   * @throws ApiError EVENT_NOT_FOUND, EVENT_CANCELLED, FORBIDDEN, WAITLIST_ENTRY_NOT_FOUND, or as
   * `InventoryExecutor.execute` says
   */
  async leave(
    actor: Actor,
    { eventId, userId }: { readonly eventId: number; readonly userId: number },
    { requestId, startedAt }: RequestTrace,
    once?: IdempotentRequest<WaitlistLeft>,
  ): Promise<WaitlistLeft | Replay> {
    return acceptedOrThrow(
      await this.#inventory.execute<LeaveWaitlist>(eventId, {
        command: {
          kind: 'leave',
          userId,
          mayRemove: (event) => mayUseEntry(actor, userId, event),
        },
        actorId: actor.id,
        requestId,
        startedAt,
        once,
      }),
    );
  }

  /**
   * Moves an entry before those of lower priority; back at its old priority it is at its old place.
   *
   * @throws ApiError WAITLIST_ENTRY_NOT_FOUND, FORBIDDEN, or as `InventoryExecutor.execute` says
   */
  async prioritize(
    actor: Actor,
    { entryId, priority, reason }: { entryId: number; priority: number; reason: string },
    { requestId, startedAt }: RequestTrace,
  ): Promise<PositionedEntry> {
    return this.#placed(
      acceptedOrThrow(
        await this.#inventory.execute<PrioritizeEntry>(await this.#eventOf(entryId), {
          command: {
            kind: 'prioritize',
            entryId,
            priority,
            mayManage: (event) => mayManageEvent(actor, event),
          },
          actorId: actor.id,
          requestId,
          startedAt,
          reason,
        }),
      ),
    );
  }

  /** Entries by event, then in queue order, each with its present position. */
  list(actor: Actor, filter: WaitlistFilter): Promise<Page<ListedEntry>> {
    // One unchanging view: otherwise positions and rows could be of different moments.
    return this.#unitOfWork.snapshot((tx) => listEntries(this.#database, tx, actor, filter));
  }

  async #placed(changed: WaitlistEntryChanged | Replay): Promise<PositionedEntry> {
    if (changed instanceof Replay) throw new Error('This route takes no Idempotency-Key');
    const { eventId, entry } = changed;
    return { eventId, entry, position: await this.#positionOf(eventId, entry) };
  }

  /** Read after the change and outside its lock: counting grows with the queue. */
  async #positionOf(eventId: number, entry: WaitlistEntry): Promise<number> {
    try {
      const ahead = await countAhead(this.#database, null, eventId, entry);
      return ahead + 1;
    } catch (error) {
      // The change is committed: that nothing has happened would not be true.
      throw outcomeUnknown(error);
    }
  }

  async #eventOf(entryId: number): Promise<number> {
    const [row] = await findRows(this.#database.models.WaitlistEntry, {
      attributes: ['event_id'],
      where: { id: entryId },
    });
    if (!row) {
      throw new ApiError('WAITLIST_ENTRY_NOT_FOUND', `No waitlist entry ${String(entryId)}`);
    }
    return row.event_id;
  }
}
