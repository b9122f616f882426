import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockUsers } from '../database/locks';
import { readNow } from '../database/timestamps';
import type { Tx, UnitOfWork, Units } from '../database/unit-of-work';
import { ApiError, serviceUnavailable, validationFailed } from '../errors/api-error';
import type { Bulkhead } from '../load/bulkhead';
import { writeAudit } from '../inventory/audit';
import { EXCLUSIVE_LIMIT_MS } from '../inventory/inventory-executor';
import { InvolvementChangedError, deleteAccountFromEvents } from '../inventory/delete-account';
import type { Role } from '../domain/rights';
import type { UserRow } from '../models/user.model';
import { requireAllowed } from '../policies/accounts.policy';
import type { Actor } from '../domain/rights';
import type { LoginGuard } from '../auth/login-guard';
import type { AccountCache } from '../auth/account-cache';
import { emailTaken, findAdminIds, isEmailTaken } from './accounts';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';
import type { PasswordHasher } from '../auth/password-hasher';
import type { PasswordRules } from '../auth/password-rules';
import type { RequestContext } from './request-context';
import { invalidToken } from '../auth/tokens';

export interface AccountPatch {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly currentPassword?: string | undefined;
}

/** Most attempts to delete an account that is still in use. */
const DELETION_TRIES = 10;

/** Reads, changes, promotes and deletes accounts. */
export class UsersService {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #units: Units;
  readonly #shortReads: Bulkhead;
  readonly #hasher: PasswordHasher;
  readonly #accounts: AccountCache;
  readonly #guard: LoginGuard | null;
  readonly #passwordRules: PasswordRules;

  constructor(options: {
    database: Database;
    /** For deletions. */
    unitOfWork: UnitOfWork;
    /** In the share of accounts, so that nothing is held while a password is hashed. */
    units: Units;
    shortReads: Bulkhead;
    hasher: PasswordHasher;
    accounts: AccountCache;
    /** Null disables the limit on password guesses. */
    guard: LoginGuard | null;
    passwordRules: PasswordRules;
  }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#units = options.units;
    this.#shortReads = options.shortReads;
    this.#hasher = options.hasher;
    this.#accounts = options.accounts;
    this.#guard = options.guard;
    this.#passwordRules = options.passwordRules;
  }

  /** @throws ApiError USER_NOT_FOUND */
  async find(userId: number): Promise<UserRow> {
    const [user] = await findRows(this.#database.models.User, {
      where: { id: userId, deleted_at: null },
    });
    if (!user) throw userNotFound(userId);
    return user;
  }

  /**
   * The caller's own account.
   *
   * @throws ApiError INVALID_TOKEN if another process has just deleted it
   */
  async findOwn(actor: Actor): Promise<UserRow> {
    const [user] = await findRows(this.#database.models.User, {
      where: { id: actor.id, deleted_at: null },
    });
    if (!user) throw invalidToken();
    return user;
  }

  async list(page: PageRequest): Promise<Page<UserRow>> {
    const [afterId = 0] = readCursor(page, 1) ?? [];
    const rows = await findRows(this.#database.models.User, {
      where: { id: { [Op.gt]: afterId }, deleted_at: null },
      order: [['id', 'ASC']],
      limit: page.limit + 1,
    });
    return pageOf(rows, page, ({ id }) => [id]);
  }

  /**
   * Changes e-mail, password or both. A new password ends every earlier token.
   *
   * @throws ApiError USER_NOT_FOUND, EMAIL_TAKEN
   * @throws ApiError VALIDATION_FAILED if the current password is required and missing, or if the
   * new one is easy to guess
   * @throws ApiError INVALID_CREDENTIALS if the current password is required and wrong
   * @throws ApiError RATE_LIMITED after too many wrong passwords
   */
  async update(
    userId: number,
    patch: AccountPatch,
    { actor, requestId }: RequestContext,
  ): Promise<UserRow> {
    if (patch.password !== undefined) this.#passwordRules.requireStrong(patch.password);
    const before = await this.#shortReads.run(() => this.find(userId));
    const needsCurrent = actor.id === userId && patch.password !== undefined;
    if (needsCurrent) await this.#checkCurrentPassword(before, patch.currentPassword);
    const hash = patch.password === undefined ? null : await this.#hasher.hash(patch.password);
    return this.#changeUser(userId, async (tx, current, now) => {
      // The password may have changed during hashing: the one compared must still be current.
      if (needsCurrent && current.password !== before.password) throw wrongPassword();
      const values = {
        email: patch.email ?? current.email,
        password: hash ?? current.password,
        token_version: hash === null ? current.token_version : current.token_version + 1,
        updatedAt: now,
      };
      await this.#database.models.User.update(values, { where: { id: userId }, transaction: tx });
      const fields = [
        ...(patch.email === undefined ? [] : ['email']),
        ...(hash === null ? [] : ['password']),
      ];
      await writeAudit(
        this.#database,
        tx,
        [{ action: 'user.update', actorId: actor.id, userId, requestId, details: { fields } }],
        now,
      );
      return { ...current, ...values };
    });
  }

  /**
   * Changes an account's role, which ends every earlier token.
   *
   * @throws ApiError USER_NOT_FOUND, or FORBIDDEN for the last admin
   */
  async changeRole(
    userId: number,
    role: Role,
    { actor, requestId }: RequestContext,
  ): Promise<UserRow> {
    return this.#changeUser(userId, async (tx, current, now, admins) => {
      if (current.role === role) return current;
      requireAnotherAdmin(current, admins);
      const values = { role, token_version: current.token_version + 1, updatedAt: now };
      await this.#database.models.User.update(values, { where: { id: userId }, transaction: tx });
      const details = { before: { role: current.role }, after: { role } };
      await writeAudit(
        this.#database,
        tx,
        [{ action: 'user.role', actorId: actor.id, userId, requestId, details }],
        now,
      );
      return { ...current, ...values };
    });
  }

  /**
   * Deletes an account in one transaction: its tickets go to the heads of the waitlists or back to
   * stock, its waitlist entries are removed, and only an anonymous row remains.
   *
   * Locks the person's events by id, then the person and, for an admin, all admins by id.
   *
   * @throws ApiError USER_NOT_FOUND, or FORBIDDEN for the last admin
   */
  async deleteAccount(userId: number, { actor, requestId }: RequestContext): Promise<void> {
    const deadline = performance.now() + EXCLUSIVE_LIMIT_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#deleteOnce(actor, userId, { requestId, deadline });
        break;
      } catch (error) {
        if (!(error instanceof InvolvementChangedError)) throw error;
        if (tries === DELETION_TRIES) {
          throw serviceUnavailable('This account is still too busy to be deleted', error);
        }
      }
    }
    this.#accounts.forget(userId);
  }

  /** @throws InvolvementChangedError */
  #deleteOnce(
    actor: Actor,
    userId: number,
    { requestId, deadline }: { readonly requestId: string; readonly deadline: number },
  ): Promise<void> {
    return this.#unitOfWork.run(
      async (tx) => {
        const trace = { userId, actorId: actor.id, requestId };
        await deleteAccountFromEvents(this.#database, tx, trace, async () => {
          const { user, admins } = await this.#lockUser(tx, userId);
          requireAnotherAdmin(user, admins);
        });
        const now = await readNow(this.#database, tx);
        await this.#erase(tx, userId, now);
        await writeAudit(
          this.#database,
          tx,
          [{ action: 'user.delete', actorId: actor.id, userId, requestId, details: {} }],
          now,
        );
      },
      { deadline },
    );
  }

  async #checkCurrentPassword(user: UserRow, given: string | undefined): Promise<void> {
    if (given === undefined) {
      throw validationFailed({
        field: 'current_password',
        message: 'current_password is required to change the password',
      });
    }
    const check = async (): Promise<UserRow | undefined> =>
      (await this.#hasher.matches(given, user.password)) ? user : undefined;
    // The login guard applies here too: a stolen token must not allow unlimited guesses.
    const isRight = await (this.#guard?.attempt(user.email ?? '', check) ?? check());
    if (!isRight) throw wrongPassword();
  }

  /** Runs `change` on the locked account, then drops the account from this process's cache. */
  async #changeUser(
    userId: number,
    change: (tx: Tx, current: UserRow, now: Date, admins: UserRow[]) => Promise<UserRow>,
  ): Promise<UserRow> {
    try {
      const user = await this.#units.run(async (tx) => {
        const { user: current, admins } = await this.#lockUser(tx, userId);
        return change(tx, current, await readNow(this.#database, tx), admins);
      });
      this.#accounts.forget(userId);
      return user;
    } catch (error) {
      throw isEmailTaken(error) ? emailTaken() : error;
    }
  }

  /** Locks the account and, if it is an admin's, all admins' accounts, by id. */
  async #lockUser(tx: Tx, userId: number): Promise<{ user: UserRow; admins: UserRow[] }> {
    const adminIds = await findAdminIds(this.#database, tx);
    const isAdmin = adminIds.includes(userId);
    const rows = await lockUsers(this.#database, tx, isAdmin ? adminIds : [userId]);
    const user = rows.find(({ id }) => id === userId);
    if (!user) throw userNotFound(userId);
    return { user, admins: rows.filter(({ role }) => role === 'admin') };
  }

  async #erase(tx: Tx, userId: number, now: Date): Promise<void> {
    const { User, IdempotencyKey } = this.#database.models;
    await IdempotencyKey.destroy({ where: { user_id: userId }, transaction: tx });
    await User.update(
      { email: null, password: null, deleted_at: now, updatedAt: now },
      { where: { id: userId }, transaction: tx },
    );
  }
}

/** Without an admin, no one could make another admin. */
function requireAnotherAdmin(user: UserRow, admins: readonly UserRow[]): void {
  const isLast = user.role === 'admin' && admins.every(({ id }) => id === user.id);
  requireAllowed(!isLast, "The last admin can't be demoted or deleted");
}

function userNotFound(userId: number): ApiError {
  return new ApiError('USER_NOT_FOUND', `No user ${String(userId)}`);
}

function wrongPassword(): ApiError {
  return new ApiError('INVALID_CREDENTIALS', 'The current password is wrong');
}
