import type { Database } from '../database/database';
import { violatesUnique } from '../database/fault-kind';
import { findRows } from '../database/find-rows';
import { readNow } from '../database/timestamps';
import type { UnitOfWork } from '../database/unit-of-work';
import { ApiError } from '../errors/api-error';
import type { UserRow } from '../models/user.model';
import type { Actor } from '../policies/permissions';
import type { AccountDirectory } from './account-directory';
import type { PasswordHasher } from './password-hasher';
import { invalidToken, type TokenService } from './token-service';

export interface Credentials {
  /** Trimmed, in lower case. */
  readonly email: string;
  readonly password: string;
}

export interface Login {
  readonly token: string;
  readonly expiresInSeconds: number;
  readonly user: UserRow;
}

/** Signing up, logging in, and telling from a token who asks. */
export class AuthService {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #hasher: PasswordHasher;
  readonly #tokens: TokenService;
  readonly #accounts: AccountDirectory;

  constructor(options: {
    database: Database;
    unitOfWork: UnitOfWork;
    hasher: PasswordHasher;
    tokens: TokenService;
    accounts: AccountDirectory;
  }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#hasher = options.hasher;
    this.#tokens = options.tokens;
    this.#accounts = options.accounts;
  }

  /** @throws ApiError EMAIL_TAKEN */
  async signUp({ email, password }: Credentials): Promise<UserRow> {
    // Spares the hash where the answer is clear; the unique key decides where two ask at once.
    if (await this.#findByEmail(email)) throw emailTaken();
    const hash = await this.#hasher.hash(password);
    try {
      return await this.#unitOfWork.run(async (tx) => {
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

  /** @throws ApiError INVALID_CREDENTIALS, the same for an unknown e-mail and a wrong password */
  async logIn({ email, password }: Credentials): Promise<Login> {
    const user = await this.#findByEmail(email);
    const isMatch = await this.#hasher.matches(password, user?.password);
    if (!user || !isMatch) {
      throw new ApiError('INVALID_CREDENTIALS', 'The e-mail or the password is wrong');
    }
    return {
      token: this.#tokens.issue({ userId: user.id, version: user.token_version }),
      expiresInSeconds: this.#tokens.lifetimeSeconds,
      user,
    };
  }

  /** @throws ApiError INVALID_TOKEN, also where the account or the token's time with it has ended */
  async authenticate(token: string): Promise<Actor> {
    const { userId, version } = this.#tokens.read(token);
    const account = await this.#accounts.find(userId);
    if (account?.tokenVersion !== version) throw invalidToken();
    return { id: account.id, role: account.role };
  }

  async #findByEmail(email: string): Promise<UserRow | undefined> {
    const [user] = await findRows(this.#database.models.User, { where: { email } });
    return user;
  }
}

export function isEmailTaken(error: unknown): boolean {
  return violatesUnique(error, 'uq_users_email', ['email']);
}

export function emailTaken(): ApiError {
  return new ApiError('EMAIL_TAKEN', 'An account with this e-mail exists already', {
    details: [{ field: 'email', message: 'email is taken' }],
  });
}
