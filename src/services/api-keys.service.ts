import { Op } from 'sequelize';
import { newApiKey, readApiKey } from '../auth/api-key';
import type { AccountCache } from '../auth/account-cache';
import { ShortCache } from '../auth/short-cache';
import { invalidToken } from '../auth/tokens';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockUsers } from '../database/locks';
import { readNow } from '../database/timestamps';
import type { Units } from '../database/unit-of-work';
import type { Actor } from '../domain/rights';
import { ApiError, validationFailed } from '../errors/api-error';
import { writeAudit } from '../inventory/audit';
import type { ApiKeyRow } from '../models/api-key.model';
import type { Logger } from '../observability/logger';
import type { Caller } from './caller';
import { pageOf, readCursor, type Page, type PageRequest } from './pages';
import type { RequestContext } from './request-context';

/** Enough for every program of an account to have two while they are exchanged. */
const KEYS_MAX = 20;
/** How often the last use of a key is written. */
const LAST_USE_EVERY_MS = 60_000;

/** What a request with a key needs from it. */
interface KnownKey {
  readonly id: number;
  readonly userId: number;
  readonly expiresAt: Date | null;
}

/** A key just made. Its text is told this once. */
export interface MadeKey {
  readonly row: ApiKeyRow;
  readonly text: string;
}

/** Keys by which programs act as an account. */
export class ApiKeysService {
  readonly #database: Database;
  readonly #units: Units;
  readonly #unitsBehind: Units;
  readonly #accounts: AccountCache;
  readonly #logger: Logger;
  readonly #keys: ShortCache<string, KnownKey>;
  /** Key id → when this process last wrote its use, on the `performance.now()` clock. */
  readonly #usesWritten = new Map<number, number>();

  constructor(options: {
    database: Database;
    /** In the share of accounts. */
    units: Units;
    /** In the share of work that no request waits for. */
    unitsBehind: Units;
    accounts: AccountCache;
    logger: Logger;
  }) {
    this.#database = options.database;
    this.#units = options.units;
    this.#unitsBehind = options.unitsBehind;
    this.#accounts = options.accounts;
    this.#logger = options.logger;
    this.#keys = new ShortCache(async (hashes) => {
      const rows = await findRows(this.#database.models.ApiKey, {
        attributes: ['id', 'user_id', 'key_hash', 'expires_at'],
        where: { key_hash: [...hashes] },
      });
      return new Map(
        rows.map(({ id, user_id, key_hash, expires_at }) => [
          key_hash,
          { id, userId: user_id, expiresAt: expires_at },
        ]),
      );
    });
  }

  /** @throws ApiError INVALID_TOKEN if the key, its account or its time is no more */
  async authenticate(text: string): Promise<Caller> {
    const given = readApiKey(text);
    const key = given && (await this.#keys.find(given.hash));
    if (!key || (key.expiresAt && key.expiresAt.getTime() <= Date.now())) throw invalidToken();
    const account = await this.#accounts.find(key.userId);
    if (!account) throw invalidToken();
    void this.noteUse(key.id);
    return {
      actor: { id: account.id, role: account.role },
      credential: { kind: 'key', keyId: key.id },
    };
  }

  /**
   * Makes a key. Locks the account.
   *
   * @param expiresAt null for a key without an end
   * @throws ApiError VALIDATION_FAILED if the account has too many, or `expiresAt` is over
   */
  async make(
    { name, expiresAt }: { readonly name: string; readonly expiresAt: Date | null },
    { actor, requestId }: RequestContext,
  ): Promise<MadeKey> {
    const { text, hash, prefix } = newApiKey();
    return this.#units.run(async (tx) => {
      const { ApiKey } = this.#database.models;
      const [account] = await lockUsers(this.#database, tx, [actor.id]);
      if (!account) throw invalidToken();
      const now = await readNow(this.#database, tx);
      if (expiresAt && expiresAt <= now) {
        throw validationFailed({
          field: 'expires_at',
          message: 'expires_at must be in the future',
        });
      }
      const count = await ApiKey.count({ where: { user_id: actor.id }, transaction: tx });
      if (count >= KEYS_MAX) {
        const message = `An account has at most ${String(KEYS_MAX)} keys: delete one first`;
        throw validationFailed({ field: 'name', message });
      }
      const values = {
        user_id: actor.id,
        name,
        key_hash: hash,
        prefix,
        expires_at: expiresAt,
        last_used_at: null,
        createdAt: now,
      };
      const row = (await ApiKey.create(values, { transaction: tx })).get();
      const details = { key_id: row.id, name, prefix };
      await writeAudit(
        this.#database,
        tx,
        [{ action: 'key.create', actorId: actor.id, userId: actor.id, requestId, details }],
        now,
      );
      return { row, text };
    });
  }

  /** The account's keys, by id. */
  async list(actor: Actor, page: PageRequest): Promise<Page<ApiKeyRow>> {
    const [afterId = 0] = readCursor(page, 1) ?? [];
    const rows = await findRows(this.#database.models.ApiKey, {
      where: { user_id: actor.id, id: { [Op.gt]: afterId } },
      order: [['id', 'ASC']],
      limit: page.limit + 1,
    });
    return pageOf(rows, page, ({ id }) => [id]);
  }

  /**
   * Ends a key: in this process at once, in others within a second.
   *
   * @throws ApiError KEY_NOT_FOUND, also for a key of another account
   */
  async end(keyId: number, { actor, requestId }: RequestContext): Promise<void> {
    const hash = await this.#units.run(async (tx) => {
      const { ApiKey } = this.#database.models;
      const where = { id: keyId, user_id: actor.id };
      const [row] = await findRows(ApiKey, { where, transaction: tx });
      const count = row ? await ApiKey.destroy({ where, transaction: tx }) : 0;
      if (!row || count === 0) throw new ApiError('KEY_NOT_FOUND', `No key ${String(keyId)}`);
      const details = { key_id: row.id, name: row.name, prefix: row.prefix };
      await writeAudit(
        this.#database,
        tx,
        [{ action: 'key.delete', actorId: actor.id, userId: actor.id, requestId, details }],
        await readNow(this.#database, tx),
      );
      return row.key_hash;
    });
    this.#keys.forget(hash);
  }

  /** Writes the time of a use, unless one was written within the last minute. Never rejects. */
  async noteUse(keyId: number): Promise<void> {
    const writtenAt = this.#usesWritten.get(keyId) ?? -LAST_USE_EVERY_MS;
    if (performance.now() - writtenAt < LAST_USE_EVERY_MS) return;
    this.#usesWritten.set(keyId, performance.now());
    try {
      await this.#unitsBehind.run(async (tx) => {
        const now = await readNow(this.#database, tx);
        const before = new Date(now.getTime() - LAST_USE_EVERY_MS);
        // Other processes write it too: only the first of a minute changes the row.
        const isDue = { [Op.or]: [{ last_used_at: null }, { last_used_at: { [Op.lte]: before } }] };
        await this.#database.models.ApiKey.update(
          { last_used_at: now },
          { where: { id: keyId, ...isDue }, transaction: tx },
        );
      });
    } catch (error) {
      this.#usesWritten.delete(keyId);
      this.#logger.warn('The last use of a key could not be written', { keyId, error });
    }
  }
}
