import { literal } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { readNow } from '../database/timestamps';
import type { Units } from '../database/unit-of-work';
import { ApiError } from '../errors/api-error';
import type { Bulkhead } from '../load/bulkhead';
import type { UserRow } from '../models/user.model';
import type { Logger } from '../observability/logger';
import type { Actor } from '../domain/rights';
import type { LoginGuard } from '../auth/login-guard';
import { emailTaken, isEmailTaken } from './accounts';
import type { AccountCache } from '../auth/account-cache';
import type { PasswordHasher } from '../auth/password-hasher';
import type { PasswordRules } from '../auth/password-rules';
import { invalidToken, type Tokens } from '../auth/tokens';
import { looksLikeApiKey } from '../auth/api-key';
import type { ApiKeysService } from './api-keys.service';
import type { Caller } from './caller';
import type { SessionsService, TokenPair } from './sessions.service';

export interface Credentials {
  /** Trimmed and in lower case. */
  readonly email: string;
  readonly password: string;
}

export interface Login extends TokenPair {
  readonly user: UserRow;
}

/** Sign-up, login, logout and authentication by token. */
export class AuthService {
  readonly #database: Database;
  readonly #units: Units;
  readonly #shortReads: Bulkhead;
  readonly #hasher: PasswordHasher;
  readonly #tokens: Tokens;
  readonly #sessions: SessionsService;
  readonly #apiKeys: ApiKeysService;
  readonly #accounts: AccountCache;
  readonly #guard: LoginGuard | null;
  readonly #passwordRules: PasswordRules;
  readonly #logger: Logger;

  constructor(options: {
    database: Database;
    /** In the share of accounts, so that nothing is held while a password is hashed. */
    units: Units;
    shortReads: Bulkhead;
    hasher: PasswordHasher;
    tokens: Tokens;
    sessions: SessionsService;
    apiKeys: ApiKeysService;
    accounts: AccountCache;
    /** Null disables the limit on password guesses. */
    guard: LoginGuard | null;
    passwordRules: PasswordRules;
    logger: Logger;
  }) {
    this.#database = options.database;
    this.#units = options.units;
    this.#shortReads = options.shortReads;
    this.#hasher = options.hasher;
    this.#tokens = options.tokens;
    this.#sessions = options.sessions;
    this.#apiKeys = options.apiKeys;
    this.#accounts = options.accounts;
    this.#guard = options.guard;
    this.#passwordRules = options.passwordRules;
    this.#logger = options.logger;
  }

  /** @throws ApiError EMAIL_TAKEN, or VALIDATION_FAILED for a password that is easy to guess */
  async signUp({ email, password }: Credentials): Promise<UserRow> {
    this.#passwordRules.requireStrong(password);
    // Saves the hash if the e-mail is taken. The unique key decides between concurrent sign-ups.
    if (await this.#findByEmail(email)) throw emailTaken();
    const hash = await this.#hasher.hash(password);
    try {
      return await this.#units.run(async (tx) => {
        const now = await readNow(this.#database, tx);
        const user = await this.#database.models.User.create(
          {
            email,
            password: hash,
            role: 'user',
            token_version: 0,
            createdAt: now,
            updatedAt: now,
          },
          { transaction: tx },
        );
        return user.get();
      });
    } catch (error) {
      throw isEmailTaken(error) ? emailTaken() : error;
    }
  }

  /**
   * @throws ApiError INVALID_CREDENTIALS, the same for an unknown e-mail and for a wrong password
   * @throws ApiError RATE_LIMITED after too many failed logins
   */
  async logIn({ email, password }: Credentials): Promise<Login> {
    const check = (): Promise<UserRow | undefined> => this.#findByPassword(email, password);
    const user = await (this.#guard?.attempt(email, check) ?? check());
    if (!user) throw new ApiError('INVALID_CREDENTIALS', 'The e-mail or the password is wrong');
    // The login is good, whatever becomes of the better hash, and does not wait for it.
    void this.#renewHash(user, password);
    return { ...(await this.#sessions.begin(user)), user };
  }

  /**
   * Identifies the caller by a token or an API key.
   *
   * @throws ApiError INVALID_TOKEN, also if the account was deleted or its tokens were ended
   * @throws ApiError TOKEN_EXPIRED
   */
  async authenticate(token: string): Promise<Caller> {
    if (looksLikeApiKey(token)) return this.#apiKeys.authenticate(token);
    const { userId, version, authTime } = this.#tokens.read(token);
    const account = await this.#accounts.find(userId);
    if (account?.tokenVersion !== version) throw invalidToken();
    return {
      actor: { id: account.id, role: account.role },
      credential: { kind: 'token', authTime },
    };
  }

  /**
   * Ends every token and session of the account: in this process at once, in others within a second.
   *
   * @throws ApiError INVALID_TOKEN if the account has just been deleted
   */
  async logOut(actor: Actor): Promise<void> {
    const { User } = this.#database.models;
    const [count] = await this.#units.run((tx) =>
      User.update(
        { token_version: literal('token_version + 1') },
        { where: { id: actor.id, deleted_at: null }, transaction: tx },
      ),
    );
    this.#accounts.forget(actor.id);
    if (count !== 1) throw invalidToken();
  }

  /**
   * Replaces a hash that was made at a lower cost, while its password is at hand. Never rejects: a
   * fault is logged, and the next login tries again.
   */
  async #renewHash({ id, password: hash }: UserRow, password: string): Promise<void> {
    try {
      if (hash === null || !this.#hasher.isOutdated(hash)) return;
      const renewed = await this.#hasher.hash(password);
      await this.#units.run((tx) =>
        this.#database.models.User.update(
          { password: renewed },
          { where: { id, password: hash }, transaction: tx },
        ),
      );
    } catch (error) {
      this.#logger.warn('The better hash of a password could not be saved', { userId: id, error });
    }
  }

  async #findByPassword(email: string, password: string): Promise<UserRow | undefined> {
    const user = await this.#findByEmail(email);
    const isMatch = await this.#hasher.matches(password, user?.password);
    return isMatch ? user : undefined;
  }

  async #findByEmail(email: string): Promise<UserRow | undefined> {
    const [user] = await this.#shortReads.run(() =>
      findRows(this.#database.models.User, { where: { email } }),
    );
    return user;
  }
}
