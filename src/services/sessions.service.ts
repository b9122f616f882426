import { literal } from 'sequelize';
import { judgeRefresh } from '../auth/judge-refresh';
import {
  newRefreshToken,
  newSalt,
  readRefreshToken,
  successorOf,
  type RefreshToken,
} from '../auth/refresh-token';
import { invalidToken, type Tokens } from '../auth/tokens';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockSession } from '../database/locks';
import { nowSql, readNow } from '../database/timestamps';
import type { Tx, Units } from '../database/unit-of-work';
import type { SessionRow } from '../models/session.model';
import type { UserRow } from '../models/user.model';

const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;
/** Sessions removed in one statement; bounds how long the cleanup holds locks. */
const CLEANUP_BATCH_ROWS = 500;

/** A pair of tokens: one to send with each request, and one to get the next pair. */
export interface TokenPair {
  readonly token: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
  readonly refreshExpiresInSeconds: number;
}

/**
 * Sessions: each begins with a login and goes on as long as its refresh tokens are used, one after the
 * other. A session ends with its account's token version, so nothing need be done here when that grows.
 */
export class SessionsService {
  readonly #database: Database;
  readonly #units: Units;
  readonly #tokens: Tokens;
  readonly #refreshLifetimeSeconds: number;

  constructor(options: {
    database: Database;
    /** In the share of accounts. */
    units: Units;
    tokens: Tokens;
    refreshLifetimeSeconds: number;
  }) {
    this.#database = options.database;
    this.#units = options.units;
    this.#tokens = options.tokens;
    this.#refreshLifetimeSeconds = options.refreshLifetimeSeconds;
  }

  /** Begins a session for someone who has just proved who they are. */
  async begin({ id, token_version }: UserRow): Promise<TokenPair> {
    const first = newRefreshToken();
    const now = await this.#units.run(async (tx) => {
      const startedAt = await readNow(this.#database, tx);
      await this.#database.models.Session.create(
        {
          user_id: id,
          token_version,
          family: first.family,
          token_hash: first.hash,
          used_hash: null,
          successor_salt: null,
          used_at: null,
          auth_time: startedAt,
          expires_at: this.#expiryAfter(startedAt),
          createdAt: startedAt,
        },
        { transaction: tx },
      );
      return startedAt;
    });
    return this.#pairOf({ user_id: id, token_version, auth_time: now }, first, now, now);
  }

  /**
   * Exchanges a refresh token for a new pair. The token is then used up: within ten seconds the same
   * pair is answered again, later the whole session ends, because someone has a copy.
   *
   * Locks the session.
   *
   * @throws ApiError INVALID_TOKEN if the token was never good or no longer is
   */
  async refresh(text: string): Promise<TokenPair> {
    const given = readRefreshToken(text);
    if (!given) throw invalidToken();
    const pair = await this.#units.run(async (tx) => {
      const session = await lockSession(this.#database, tx, given.family);
      if (!session) return undefined;
      const now = await readNow(this.#database, tx);
      const judgement = (await this.#isOfAccount(tx, session))
        ? judgeRefresh(session, given.hash, now)
        : 'over';
      switch (judgement) {
        case 'good':
          return this.#goOn(tx, session, given, now);
        case 'just used':
          return this.#tellAgain(session, given, now);
        case 'over':
          // Not thrown here: the end of the session must be committed.
          await this.#end(tx, { id: session.id });
          return undefined;
      }
    });
    if (!pair) throw invalidToken();
    return pair;
  }

  /** Ends the session that a refresh token belongs to, if it is this account's. */
  async end(userId: number, text: string): Promise<void> {
    const given = readRefreshToken(text);
    if (!given) return;
    await this.#units.run((tx) => this.#end(tx, { family: given.family, user_id: userId }));
  }

  async #goOn(tx: Tx, session: SessionRow, used: RefreshToken, now: Date): Promise<TokenPair> {
    const salt = newSalt();
    const next = successorOf(used, salt);
    await this.#database.models.Session.update(
      {
        token_hash: next.hash,
        used_hash: used.hash,
        successor_salt: salt,
        used_at: now,
        expires_at: this.#expiryAfter(now),
      },
      { where: { id: session.id }, transaction: tx },
    );
    return this.#pairOf(session, next, now, now);
  }

  #tellAgain(session: SessionRow, used: RefreshToken, now: Date): TokenPair {
    const { successor_salt: salt, used_at: usedAt } = session;
    if (salt === null || usedAt === null) throw new Error('A used session must say what followed');
    return this.#pairOf(session, successorOf(used, salt), usedAt, now);
  }

  #pairOf(
    session: Pick<SessionRow, 'user_id' | 'token_version' | 'auth_time'>,
    { text }: RefreshToken,
    issuedAt: Date,
    now: Date,
  ): TokenPair {
    const ahead = secondsAhead(now);
    const claims = {
      userId: session.user_id,
      version: session.token_version,
      authTime: secondsOf(session.auth_time) + ahead,
    };
    return {
      token: this.#tokens.issue(claims, secondsOf(issuedAt) + ahead),
      expiresInSeconds: this.#tokens.lifetimeSeconds,
      refreshToken: text,
      refreshExpiresInSeconds: this.#refreshLifetimeSeconds,
    };
  }

  /** Whether the account is still there and none of its changes has ended its tokens since. */
  async #isOfAccount(tx: Tx, { user_id, token_version }: SessionRow): Promise<boolean> {
    const rows = await findRows(this.#database.models.User, {
      attributes: ['id'],
      where: { id: user_id, token_version, deleted_at: null },
      transaction: tx,
    });
    return rows.length === 1;
  }

  async #end(
    tx: Tx,
    where: { readonly id: number } | { readonly family: string; readonly user_id: number },
  ): Promise<void> {
    await this.#database.models.Session.destroy({ where, transaction: tx });
  }

  #expiryAfter(now: Date): Date {
    return new Date(now.getTime() + this.#refreshLifetimeSeconds * MS_PER_SECOND);
  }
}

/**
 * Removes one batch of expired sessions, by the database's clock.
 *
 * @returns whether more may remain
 */
export async function removeExpiredSessions(database: Database): Promise<boolean> {
  const { Session } = database.models;
  const expired = await findRows(Session, {
    attributes: ['id'],
    where: literal(`expires_at < ${nowSql(database)}`),
    order: [['expires_at', 'ASC']],
    limit: CLEANUP_BATCH_ROWS,
  });
  if (expired.length > 0) await Session.destroy({ where: { id: expired.map(({ id }) => id) } });
  return expired.length === CLEANUP_BATCH_ROWS;
}

/**
 * How far this server's clock, by which it judges tokens, is ahead of the database's. In whole minutes,
 * so that a pair that is told again is the same, by any server with a good clock.
 */
function secondsAhead(databaseNow: Date): number {
  const ms = Date.now() - databaseNow.getTime();
  return (Math.round(ms / MS_PER_MINUTE) * MS_PER_MINUTE) / MS_PER_SECOND;
}

function secondsOf(moment: Date): number {
  return Math.floor(moment.getTime() / MS_PER_SECOND);
}
