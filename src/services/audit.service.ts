import { Op, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { AuditEntryRow } from '../models/audit-entry.model';
import { requireAllowed } from '../policies/accounts.policy';
import { mayManageEvent } from '../domain/rights';
import type { Actor } from '../domain/rights';
import type { EventReader } from './event-reader';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';

export interface AuditFilter extends PageRequest {
  readonly eventId?: number | undefined;
  /** The actor or the person affected. */
  readonly userId?: number | undefined;
  readonly action?: string | undefined;
}

/** Reads the audit log: what was done, by whom and why. */
export class AuditService {
  readonly #database: Database;
  readonly #eventReader: EventReader;

  constructor(options: { database: Database; eventReader: EventReader }) {
    this.#database = options.database;
    this.#eventReader = options.eventReader;
  }

  /**
   * Lists the log, latest first: all of it for admins, their own events for organizers.
   *
   * @throws ApiError EVENT_NOT_FOUND, FORBIDDEN
   */
  async list(actor: Actor, filter: AuditFilter): Promise<Page<AuditEntryRow>> {
    await this.#requireReader(actor, filter.eventId);
    const [beforeId] = readCursor(filter, 1) ?? [];
    const where: WhereOptions<AuditEntryRow> = {
      ...(beforeId === undefined ? {} : { id: { [Op.lt]: beforeId } }),
      ...(filter.eventId === undefined ? {} : { event_id: filter.eventId }),
      ...(filter.action === undefined ? {} : { action: filter.action }),
    };
    const { userId } = filter;
    // Two queries that each use an index; one query with OR would read far more.
    const parts =
      userId === undefined
        ? [where]
        : [
            { ...where, user_id: userId },
            { ...where, actor_id: userId },
          ];
    const found = await Promise.all(
      parts.map((part) =>
        findRows(this.#database.models.AuditEntry, {
          where: part,
          order: [['id', 'DESC']],
          limit: filter.limit + 1,
        }),
      ),
    );
    const rows = [...new Map(found.flat().map((row) => [row.id, row])).values()].sort(
      (a, b) => b.id - a.id,
    );
    return pageOf(rows, filter, ({ id }) => [id]);
  }

  async #requireReader(actor: Actor, eventId: number | undefined): Promise<void> {
    if (eventId === undefined) {
      requireAllowed(actor.role === 'admin', 'Set event_id to one of your events');
      return;
    }
    const event = await this.#eventReader.find(eventId);
    requireAllowed(
      mayManageEvent(actor, event),
      "Only the event's organizer and admins may read this",
    );
  }
}
