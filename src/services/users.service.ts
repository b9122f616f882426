import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { readNow } from '../database/timestamps';
import type { Tx, Units } from '../database/unit-of-work';
import { ApiError, validationFailed } from '../errors/api-error';
import type { Bulkhead } from '../load/bulkhead';
import { writeAudit } from '../inventory/audit';
import type { Role } from '../domain/rights';
import type { UserRow } from '../models/user.model';
import type { Actor } from '../domain/rights';
import type { LoginGuard } from '../auth/login-guard';
import type { AccountCache } from '../auth/account-cache';
import type { AccountDeleter } from './account-deletion.service';
import {
  emailTaken,
  isEmailTaken,
  lockAccount,
  requireAnotherAdmin,
  userNotFound,
} from './accounts';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';
import type { PasswordHasher } from '../auth/password-hasher';
import type { PasswordRules } from '../auth/password-rules';
import type { RequestContext } from './request-context';
import { isRecentLogin, type Credential } from '../auth/credential';
import { invalidToken } from '../auth/tokens';

export interface AccountPatch {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly currentPassword?: string | undefined;
}

/** The request behind a change of an account. */
interface AccountRequest extends RequestContext {
  readonly credential: Credential;
}

/** Reads, changes and promotes accounts. */
export class UsersService {
  readonly #database: Database;
  readonly #deletion: AccountDeleter;
  readonly #units: Units;
  readonly #shortReads: Bulkhead;
  readonly #deletions: Bulkhead;
  readonly #hasher: PasswordHasher;
  readonly #accounts: AccountCache;
  readonly #guard: LoginGuard | null;
  readonly #passwordRules: PasswordRules;

  constructor(options: {
    database: Database;
    deletion: AccountDeleter;
    /** In the share of accounts, so that nothing is held while a password is hashed. */
    units: Units;
    shortReads: Bulkhead;
    deletions: Bulkhead;
    hasher: PasswordHasher;
    accounts: AccountCache;
    /** Null disables the limit on password guesses. */
    guard: LoginGuard | null;
    passwordRules: PasswordRules;
  }) {
    this.#database = options.database;
    this.#deletion = options.deletion;
    this.#units = options.units;
    this.#shortReads = options.shortReads;
    this.#deletions = options.deletions;
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
    { actor, credential, requestId }: AccountRequest,
  ): Promise<UserRow> {
    if (patch.password !== undefined) this.#passwordRules.requireStrong(patch.password);
    const before = await this.#shortReads.run(() => this.find(userId));
    const needsCurrent =
      actor.id === userId && (patch.password !== undefined || !isRecentLogin(credential));
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
      requireAnotherAdmin({ user: current, admins });
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
   * Deletes an account, and drops it from this process's cache.
   *
   * @throws ApiError as `AccountDeletion.delete` says
   * @throws ApiError VALIDATION_FAILED, INVALID_CREDENTIALS or RATE_LIMITED if the current password is
   * required and missing, wrong, or was wrong too often
   */
  async deleteAccount(
    userId: number,
    currentPassword: string | undefined,
    { actor, credential, requestId }: AccountRequest,
  ): Promise<void> {
    if (actor.id === userId && !isRecentLogin(credential)) {
      const user = await this.#shortReads.run(() => this.find(userId));
      await this.#checkCurrentPassword(user, currentPassword);
    }
    await this.#deletions.run(() =>
      this.#deletion.delete(userId, { actorId: actor.id, requestId }),
    );
    this.#accounts.forget(userId);
  }

  async #checkCurrentPassword(user: UserRow, given: string | undefined): Promise<void> {
    if (given === undefined) {
      throw validationFailed({
        field: 'current_password',
        message:
          'current_password is required: for a new password always, for a new e-mail or a deletion ' +
          'unless you logged in less than 5 minutes ago',
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
    change: (tx: Tx, current: UserRow, now: Date, admins: readonly UserRow[]) => Promise<UserRow>,
  ): Promise<UserRow> {
    try {
      const user = await this.#units.run(async (tx) => {
        const { user: current, admins } = await lockAccount(this.#database, tx, userId);
        return change(tx, current, await readNow(this.#database, tx), admins);
      });
      this.#accounts.forget(userId);
      return user;
    } catch (error) {
      throw isEmailTaken(error) ? emailTaken() : error;
    }
  }
}

function wrongPassword(): ApiError {
  return new ApiError('INVALID_CREDENTIALS', 'The current password is wrong');
}
