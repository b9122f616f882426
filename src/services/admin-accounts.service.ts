import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockUsers } from '../database/locks';
import { readNow } from '../database/timestamps';
import type { Tx, UnitOfWork } from '../database/unit-of-work';
import { writeAudit } from '../inventory/audit';
import type { Role } from '../domain/rights';
import type { UserRow } from '../models/user.model';
import { findAdminIds, isEmailTaken } from './accounts';
import type { Credentials } from './auth.service';
import type { PasswordHasher } from '../auth/password-hasher';

/** What became of the account that was to be an admin. */
export interface AdminMade {
  readonly id: number;
  readonly was: 'absent' | Role;
  readonly isPasswordSet: boolean;
}

/** Creates admins from outside the API: at start-up and from the operator's command line. */
export class AdminAccountsService {
  readonly #database: Database;
  readonly #unitOfWork: UnitOfWork;
  readonly #hasher: PasswordHasher;

  constructor(options: { database: Database; unitOfWork: UnitOfWork; hasher: PasswordHasher }) {
    this.#database = options.database;
    this.#unitOfWork = options.unitOfWork;
    this.#hasher = options.hasher;
  }

  /**
   * Creates an admin if there is none.
   *
   * @returns whether it created one
   */
  async ensureOne(credentials: Credentials): Promise<boolean> {
    if (await this.#hasAdmin()) return false;
    try {
      // Who signed up with this e-mail before must not become the admin, so their password ends too.
      await this.make(credentials, { resetPassword: true });
      return true;
    } catch (error) {
      // Another process that started at the same moment was quicker.
      if (isEmailTaken(error) && (await this.#hasAdmin())) return false;
      throw error;
    }
  }

  /**
   * Makes the account with this e-mail an admin; creates the account if it does not exist. An account
   * that becomes an admin or gets a password loses its tokens.
   *
   * @param password of a new account, or of an existing one with `resetPassword`
   */
  async make(
    { email, password }: Credentials,
    { resetPassword }: { readonly resetPassword: boolean },
  ): Promise<AdminMade> {
    const hash = await this.#hasher.hash(password);
    return this.#unitOfWork.run(async (tx) => {
      const now = await readNow(this.#database, tx);
      const known = await this.#lockByEmail(tx, email);
      if (known?.role === 'admin' && !resetPassword) {
        return { id: known.id, was: 'admin', isPasswordSet: false };
      }
      const id = known
        ? await this.#promote(tx, known, resetPassword ? hash : known.password, now)
        : await this.#create(tx, email, hash, now);
      const details = { before: { role: known?.role ?? null }, after: { role: 'admin' } };
      await writeAudit(
        this.#database,
        tx,
        [{ action: 'user.role', actorId: null, userId: id, requestId: null, details }],
        now,
      );
      return { id, was: known?.role ?? 'absent', isPasswordSet: !known || resetPassword };
    });
  }

  async #hasAdmin(): Promise<boolean> {
    const ids = await this.#unitOfWork.readConsistently((tx) => findAdminIds(this.#database, tx));
    return ids.length > 0;
  }

  async #lockByEmail(tx: Tx, email: string): Promise<UserRow | undefined> {
    const [known] = await findRows(this.#database.models.User, {
      where: { email },
      transaction: tx,
    });
    return known && (await lockUsers(this.#database, tx, [known.id]))[0];
  }

  async #promote(tx: Tx, user: UserRow, password: string | null, now: Date): Promise<number> {
    const values = {
      role: 'admin' as const,
      password,
      token_version: user.token_version + 1,
      updatedAt: now,
    };
    await this.#database.models.User.update(values, { where: { id: user.id }, transaction: tx });
    return user.id;
  }

  async #create(tx: Tx, email: string, password: string, now: Date): Promise<number> {
    const values = {
      email,
      password,
      role: 'admin' as const,
      token_version: 0,
      createdAt: now,
      updatedAt: now,
    };
    const user = await this.#database.models.User.create(values, { transaction: tx });
    return user.get().id;
  }
}
