import { Op, type WhereOptions } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { AuditAction } from '../domain/audit-actions';
import type { AuditEntryRow } from '../models/audit-entry.model';
import { requireAllowed } from '../policies/accounts.policy';
import { hasRight } from '../domain/rights';
import type { Actor } from '../domain/rights';
import type { EventReader } from './event-reader';
import type { StaffService } from './staff.service';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';

export interface AuditFilter extends PageRequest {
  readonly eventId?: number | undefined;
  /** The actor or the person affected. */
  readonly userId?: number | undefined;
  readonly action?: AuditAction | undefined;
}

/** Reads the audit log: what was done, by whom and why. */
export class AuditService {
  readonly #database: Database;
  readonly #eventReader: EventReader;
  readonly #staff: StaffService;

  constructor(options: { database: Database; eventReader: EventReader; staff: StaffService }) {
    this.#database = options.database;
    this.#eventReader = options.eventReader;
    this.#staff = options.staff;
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
    const found = new Map<number, AuditEntryRow>();
    for (const part of parts) {
      const rows = await findRows(this.#database.models.AuditEntry, {
        where: part,
        order: [['id', 'DESC']],
        limit: filter.limit + 1,
      });
      for (const row of rows) found.set(row.id, row);
    }
    const rows = [...found.values()].sort((a, b) => b.id - a.id);
    return pageOf(rows, filter, ({ id }) => [id]);
  }

  async #requireReader(actor: Actor, eventId: number | undefined): Promise<void> {
    if (eventId === undefined) {
      requireAllowed(actor.role === 'admin', 'Set event_id to one of your events');
      return;
    }
    const event = await this.#staff.staffed(actor, await this.#eventReader.find(eventId));
    requireAllowed(
      hasRight(actor, event, 'tickets'),
      "Only the event's organizer, its staff with the right tickets and admins may read this",
    );
  }
}
