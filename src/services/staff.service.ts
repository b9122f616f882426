import { Op } from 'sequelize';
import { BatchedReader } from '../database/batched-reader';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockEvents, shareLockUsers } from '../database/locks';
import { readNow } from '../database/timestamps';
import type { Tx, Units } from '../database/unit-of-work';
import { mayManageEvent, type Actor, type Right, type StaffedEvent } from '../domain/rights';
import { ApiError } from '../errors/api-error';
import { writeAudit } from '../inventory/audit';
import { rightsAsText, rightsIn, type EventStaffRow } from '../models/event-staff.model';
import { requireAllowed } from '../policies/accounts.policy';
import { userNotFound } from './accounts';
import type { EventReader } from './event-reader';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';
import type { RequestContext } from './request-context';

/** A member of an event's staff. */
export interface StaffMember {
  readonly row: EventStaffRow;
  readonly email: string;
}

/**
 * Rights of people on single events. Commands read them under the event's lock, everything else reads
 * them when it asks: so a right that is taken away ends at once, in every process.
 */
export class StaffService {
  readonly #database: Database;
  readonly #units: Units;
  readonly #eventReader: EventReader;
  /** By event and user. */
  readonly #reader: BatchedReader<string, ReadonlySet<Right>>;

  constructor(options: {
    database: Database;
    /** In the share of accounts. */
    units: Units;
    eventReader: EventReader;
  }) {
    this.#database = options.database;
    this.#units = options.units;
    this.#eventReader = options.eventReader;
    this.#reader = new BatchedReader<string, ReadonlySet<Right>>(async (keys) => {
      const pairs = keys.map((key) => key.split(' ').map(Number));
      const rows = await findRows(this.#database.models.EventStaff, {
        where: {
          [Op.or]: pairs.map(([event_id, user_id]) => ({ event_id, user_id })),
        },
      });
      return new Map(rows.map((row) => [keyOf(row.event_id, row.user_id), rightsIn(row)]));
    });
  }

  /** The event with the rights that this person has on it now. */
  async staffed<Event extends { readonly id: number; readonly organizerId: number | null }>(
    actor: Actor,
    event: Event,
  ): Promise<Event & StaffedEvent> {
    if (mayManageEvent(actor, event)) return { ...event, staff: new Map() };
    const rights = await this.#reader.read(keyOf(event.id, actor.id));
    return { ...event, staff: new Map(rights && [[actor.id, rights]]) };
  }

  /**
   * The staff of an event, by account id.
   *
   * @throws ApiError EVENT_NOT_FOUND, FORBIDDEN
   */
  async list(actor: Actor, eventId: number, page: PageRequest): Promise<Page<StaffMember>> {
    requireManager(actor, await this.#eventReader.find(eventId));
    const [afterId = 0] = readCursor(page, 1) ?? [];
    const rows = await findRows(this.#database.models.EventStaff, {
      where: { event_id: eventId, user_id: { [Op.gt]: afterId } },
      order: [['user_id', 'ASC']],
      limit: page.limit + 1,
    });
    const found = pageOf(rows, page, ({ user_id }) => [user_id]);
    const emails = await this.#emailsOf(found.rows.map(({ user_id }) => user_id));
    return {
      ...found,
      rows: found.rows.map((row) => ({ row, email: emails.get(row.user_id) ?? '' })),
    };
  }

  /**
   * Gives a person exactly these rights. Locks the event, then share-locks the account.
   *
   * @throws ApiError EVENT_NOT_FOUND, FORBIDDEN, USER_NOT_FOUND
   */
  put(
    eventId: number,
    userId: number,
    rights: readonly Right[],
    request: RequestContext,
  ): Promise<StaffMember> {
    return this.#change(eventId, userId, request, async (tx, before, now) => {
      const accounts = await shareLockUsers(this.#database, tx, [userId]);
      if (!accounts.has(userId)) throw userNotFound(userId);
      const row = {
        event_id: eventId,
        user_id: userId,
        rights: rightsAsText(rights),
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
      };
      const { EventStaff } = this.#database.models;
      if (before) await EventStaff.update(row, { where: keyIn(row), transaction: tx });
      else await EventStaff.create(row, { transaction: tx });
      const emails = await this.#emailsOf([userId], tx);
      return { member: { row, email: emails.get(userId) ?? '' }, after: row.rights };
    });
  }

  /**
   * Takes all rights away. Locks the event.
   *
   * @throws ApiError EVENT_NOT_FOUND, FORBIDDEN, or USER_NOT_FOUND if the person has none
   */
  async remove(eventId: number, userId: number, request: RequestContext): Promise<void> {
    await this.#change(eventId, userId, request, async (tx, before) => {
      if (!before) {
        throw new ApiError('USER_NOT_FOUND', `No user ${String(userId)} in the event's staff`);
      }
      await this.#database.models.EventStaff.destroy({ where: keyIn(before), transaction: tx });
      return { member: null, after: '' };
    });
  }

  #change<Member>(
    eventId: number,
    userId: number,
    { actor, requestId }: RequestContext,
    change: (
      tx: Tx,
      before: EventStaffRow | undefined,
      now: Date,
    ) => Promise<{ readonly member: Member; readonly after: string }>,
  ): Promise<Member> {
    return this.#units.run(async (tx) => {
      const { rows } = await lockEvents(this.#database, tx, [eventId]);
      const [event] = rows;
      if (!event) throw new ApiError('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
      requireManager(actor, { organizerId: event.organizer_id });
      const [before] = await findRows(this.#database.models.EventStaff, {
        where: { event_id: eventId, user_id: userId },
        transaction: tx,
      });
      const now = await readNow(this.#database, tx);
      const { member, after } = await change(tx, before, now);
      const details = {
        before: { rights: before?.rights.split(',') ?? [] },
        after: { rights: after === '' ? [] : after.split(',') },
      };
      await writeAudit(
        this.#database,
        tx,
        [{ action: 'event.staff', actorId: actor.id, userId, eventId, requestId, details }],
        now,
      );
      return member;
    });
  }

  async #emailsOf(userIds: readonly number[], tx?: Tx): Promise<Map<number, string | null>> {
    if (userIds.length === 0) return new Map();
    const rows = await findRows(this.#database.models.User, {
      attributes: ['id', 'email'],
      where: { id: [...userIds] },
      ...(tx ? { transaction: tx } : {}),
    });
    return new Map(rows.map(({ id, email }) => [id, email]));
  }
}

function keyOf(eventId: number, userId: number): string {
  return `${String(eventId)} ${String(userId)}`;
}

function keyIn({ event_id, user_id }: EventStaffRow): Pick<EventStaffRow, 'event_id' | 'user_id'> {
  return { event_id, user_id };
}

function requireManager(actor: Actor, event: { readonly organizerId: number | null }): void {
  requireAllowed(
    mayManageEvent(actor, event),
    "Only the event's organizer and admins may manage its staff",
  );
}
