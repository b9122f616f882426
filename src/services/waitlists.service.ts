import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { UnitOfWork } from '../database/unit-of-work';
import { ApiError } from '../errors/api-error';
import type { Bulkheads } from '../load/bulkheads';
import type { CommandAnswer } from '../inventory/command-request';
import type { Actor } from '../domain/rights';
import type { CommandsService } from './commands.service';
import type { Page } from './pages';
import type { RequestContext } from './request-context';
import { listEntries, type ListedEntry, type WaitlistFilter } from './waitlist-reader';

/** Changes and lists waitlist entries. */
export class WaitlistsService {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #commands: CommandsService;
  readonly #bulkheads: Bulkheads;

  constructor(options: {
    database: Database;
    unitOfWork: UnitOfWork;
    commands: CommandsService;
    bulkheads: Bulkheads;
  }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#commands = options.commands;
    this.#bulkheads = options.bulkheads;
  }

  /**
   * Moves an entry before those of lower priority. Its old priority restores its old position.
   *
   * @throws ApiError WAITLIST_ENTRY_NOT_FOUND, or as `CommandsService.perform` says
   */
  async prioritize(
    entryId: number,
    { priority, reason }: { readonly priority: number; readonly reason: string },
    request: RequestContext,
  ): Promise<CommandAnswer> {
    const eventId = await this.#bulkheads.shortReads.run(() => this.#eventOf(entryId));
    const command = { kind: 'prioritize', entryId, priority, actor: request.actor } as const;
    return this.#commands.perform(eventId, command, request, { reason });
  }

  /** Lists entries by event, then in queue order, each with its current position. */
  list(actor: Actor, filter: WaitlistFilter): Promise<Page<ListedEntry>> {
    // One snapshot, so that positions and rows agree.
    return this.#unitOfWork.readConsistently((tx) =>
      listEntries(this.#database, tx, actor, filter),
    );
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
