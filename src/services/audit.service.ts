import { Op, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { AuditAction } from '../domain/audit-actions';
import type { AuditEntryRow } from '../models/audit-entry.model';
import { requireAllowed } from '../policies/accounts.policy';
import { mayManageEvent } from '../domain/rights';
import type { Actor } from '../domain/rights';
import type { EventReader } from './event-reader';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';

export interface AuditFilter extends PageRequest {
  readonly eventId?: number | undefined;
  /** Who did it, or for whom it was done. */
  readonly userId?: number | undefined;
  readonly action?: AuditAction | undefined;
}

/** What was done, by whom and why. */
export class AuditService {
  readonly #database: Database;
  readonly #eventReader: EventReader;

  constructor(options: { database: Database; eventReader: EventReader }) {
    this.#database = options.database;
    this.#eventReader = options.eventReader;
  }

  /**
   * The log, the latest first: all of it for admins, that of their own events for organizers.
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
    // Two queries that an index answers each; one with OR would read far more.
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
      requireAllowed(actor.role === 'admin', 'Name one of your events with event_id');
      return;
    }
    const event = await this.#eventReader.find(eventId);
    requireAllowed(
      mayManageEvent(actor, event),
      "Only the event's organizer and admins may read this",
    );
  }
}
