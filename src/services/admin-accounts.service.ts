import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockUsers } from '../database/locks';
import { readNow } from '../database/timestamps';
import type { Tx, UnitOfWork } from '../database/unit-of-work';
import { writeAudit } from '../inventory/audit';
import type { UserRow } from '../models/user.model';
import { findAdminIds, isEmailTaken } from './accounts';
import type { Credentials } from './auth.service';
import type { PasswordHasher } from '../auth/password-hasher';

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
    if ((await findAdminIds(this.#database, null)).length > 0) return false;
    try {
      await this.make(credentials);
      return true;
    } catch (error) {
      // Another process that started at the same time was faster.
      if (isEmailTaken(error) && (await findAdminIds(this.#database, null)).length > 0)
        return false;
      throw error;
    }
  }

  /**
   * Makes the account with this e-mail an admin with this password; creates the account if it does
   * not exist. Ends its tokens, so that someone who already had access does not become an admin.
   */
  async make({ email, password }: Credentials): Promise<UserRow> {
    const hash = await this.#hasher.hash(password);
    return this.#unitOfWork.run(async (tx) => {
      const now = await readNow(this.#database, tx);
      const known = await this.#lockByEmail(tx, email);
      const admin = known
        ? await this.#promote(tx, known, hash, now)
        : await this.#create(tx, email, hash, now);
      const details = { before: { role: known?.role ?? null }, after: { role: 'admin' } };
      await writeAudit(
        this.#database,
        tx,
        [{ action: 'user.role', actorId: null, userId: admin.id, requestId: null, details }],
        now,
      );
      return admin;
    });
  }

  async #lockByEmail(tx: Tx, email: string): Promise<UserRow | undefined> {
    const [known] = await findRows(this.#database.models.User, {
      where: { email },
      transaction: tx,
    });
    return known && (await lockUsers(this.#database, tx, [known.id]))[0];
  }

  async #promote(tx: Tx, user: UserRow, hash: string, now: Date): Promise<UserRow> {
    const values = {
      role: 'admin' as const,
      password: hash,
      token_version: user.token_version + 1,
      updatedAt: now,
    };
    await this.#database.models.User.update(values, { where: { id: user.id }, transaction: tx });
    return { ...user, ...values };
  }

  async #create(tx: Tx, email: string, hash: string, now: Date): Promise<UserRow> {
    const values = {
      email,
      password: hash,
      role: 'admin' as const,
      token_version: 0,
      createdAt: now,
      updatedAt: now,
    };
    const user = await this.#database.models.User.create(values, { transaction: tx });
    return user.get();
  }
}
