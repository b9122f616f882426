import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { UnitOfWork } from '../database/unit-of-work';
import type { WaitlistEntryChanged } from '../domain/outcomes';
import { ApiError } from '../errors/api-error';
import { Replay } from '../inventory/idempotency';
import type { EntryWithPosition } from '../inventory/queue-positions';
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

  constructor(options: { database: Database; unitOfWork: UnitOfWork; commands: CommandsService }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#commands = options.commands;
  }

  /**
   * Lowers the quantity of the caller's entry, which keeps its position.
   *
   * @throws ApiError as `CommandsService.perform` says
   */
  async lower(
    eventId: number,
    quantity: number,
    request: RequestContext,
  ): Promise<EntryWithPosition> {
    const command = { kind: 'lower', userId: request.actor.id, quantity } as const;
    return positionedOf(await this.#commands.perform(eventId, command, request));
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
  ): Promise<EntryWithPosition> {
    const eventId = await this.#eventOf(entryId);
    const command = { kind: 'prioritize', entryId, priority, actor: request.actor } as const;
    return positionedOf(await this.#commands.perform(eventId, command, request, { reason }));
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

function positionedOf(changed: WaitlistEntryChanged | Replay): EntryWithPosition {
  if (changed instanceof Replay) throw new Error('This route takes no Idempotency-Key');
  const { eventId, entry, position } = changed;
  if (position === null) throw new Error('An executed command knows the position of its entry');
  return { eventId, entry, position };
}
