import type { Database } from '../database/database';
import { readNow } from '../database/timestamps';
import type { Tx, UnitOfWork } from '../database/unit-of-work';
import { serviceUnavailable } from '../errors/api-error';
import { writeAudit } from '../inventory/audit';
import type { FinishCommand } from '../inventory/command-request';
import { InvolvementChangedError, deleteAccountFromEvents } from '../inventory/delete-account';
import { EXCLUSIVE_LIMIT_MS } from '../inventory/inventory-executor';
import { lockAccount, requireAnotherAdmin } from './accounts';

/** Most attempts to delete an account that is still in use. */
const DELETION_TRIES = 10;

/** Who deletes an account, and by which request. */
export interface DeletionRequest {
  readonly actorId: number;
  readonly requestId: string;
}

/** What deletes accounts: in this thread, or in one of its own. */
export interface AccountDeleter {
  delete(userId: number, request: DeletionRequest): Promise<void>;
}

/** Deletes accounts, with all that they hold and wait for. */
export class AccountDeletion implements AccountDeleter {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #finish: FinishCommand;

  constructor(options: { database: Database; unitOfWork: UnitOfWork; finish: FinishCommand }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#finish = options.finish;
  }

  /**
   * Deletes an account in one transaction: its tickets go to the heads of the waitlists or back to
   * stock, its waitlist entries are removed, and only an anonymous row remains.
   *
   * Locks the person's events by id, then the person and, for an admin, all admins by id.
   *
   * @throws ApiError USER_NOT_FOUND, or FORBIDDEN for the last admin
   */
  async delete(userId: number, request: DeletionRequest): Promise<void> {
    const deadline = performance.now() + EXCLUSIVE_LIMIT_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#deleteOnce(userId, request, deadline);
        return;
      } catch (error) {
        if (!(error instanceof InvolvementChangedError)) throw error;
        if (tries === DELETION_TRIES) {
          throw serviceUnavailable('This account is still too busy to be deleted', error);
        }
      }
    }
  }

  /** @throws InvolvementChangedError */
  #deleteOnce(
    userId: number,
    { actorId, requestId }: DeletionRequest,
    deadline: number,
  ): Promise<void> {
    const database = this.#database;
    return this.#unitOfWork.run(
      async (tx) => {
        const lockAccounts = async (): Promise<void> => {
          requireAnotherAdmin(await lockAccount(database, tx, userId));
        };
        const trace = { userId, actorId, requestId };
        await deleteAccountFromEvents(database, tx, trace, lockAccounts, this.#finish);
        const now = await readNow(database, tx);
        await this.#erase(tx, userId, now);
        const record = { action: 'user.delete', actorId, userId, requestId, details: {} } as const;
        await writeAudit(database, tx, [record], now);
      },
      { deadline },
    );
  }

  async #erase(tx: Tx, userId: number, now: Date): Promise<void> {
    const { User, EventStaff, Session, ApiKey, IdempotencyKey } = this.#database.models;
    await IdempotencyKey.destroy({ where: { user_id: userId }, transaction: tx });
    await EventStaff.destroy({ where: { user_id: userId }, transaction: tx });
    await Session.destroy({ where: { user_id: userId }, transaction: tx });
    await ApiKey.destroy({ where: { user_id: userId }, transaction: tx });
    await User.update(
      { email: null, password: null, deleted_at: now, updatedAt: now },
      { where: { id: userId }, transaction: tx },
    );
  }
}
