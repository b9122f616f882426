/**
 * Keys that make it safe to retry a request. A key and its answer are written in the same
 * transaction as the request's effect, so neither exists without the other.
 */
import { literal, type Sequelize } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { insertRows } from '../database/insert-rows';
import { asSqlTimestamp } from '../database/timestamps';
import type { Tx } from '../database/unit-of-work';
import type { IdempotencyKeyRow } from '../models/idempotency-key.model';

/** How long a key is kept. */
export const KEY_LIFETIME_HOURS = 24;
const KEY_LIFETIME_MS = KEY_LIFETIME_HOURS * 3_600_000;
/** Keys removed in one statement; bounds how long the cleanup holds locks. */
const CLEANUP_BATCH_ROWS = 500;

/** Who may replay a key, and on which route. Compared byte by byte. */
export interface KeyScope {
  readonly userId: number;
  /** Method and path pattern. */
  readonly route: string;
  readonly key: string;
}

/** An answer as it is stored and replayed. */
export interface StoredAnswer {
  readonly status: number;
  /** The answer's JSON text. */
  readonly body: string;
}

/** The key of a request, and the fingerprint of its input. */
export interface IdempotencyKey extends KeyScope {
  /** SHA-256 of the request's input. The same key with different input is the caller's mistake. */
  readonly fingerprint: string;
}

export type StoredKey = Pick<
  IdempotencyKeyRow,
  'id' | 'user_id' | 'route' | 'idempotency_key' | 'fingerprint' | 'status' | 'body' | 'createdAt'
>;

/** Identifies a scope within one event. */
export function scopeId({ userId, route, key }: KeyScope): string {
  return `${String(userId)} ${route} ${key}`;
}

/** A key's scope and its event; the event is 0 for a route that has no event yet. */
export interface EventScope {
  readonly eventId: number;
  readonly scope: KeyScope;
}

/**
 * Loads stored keys by event and `scopeId`. Call it under the events' locks, so that no duplicate
 * can run elsewhere.
 */
export async function loadKeys(
  { models, sequelize }: Database,
  tx: Tx,
  scopes: readonly EventScope[],
): Promise<Map<number, Map<string, StoredKey>>> {
  const stored = new Map<number, Map<string, StoredKey>>();
  for (const { eventId } of scopes) stored.set(eventId, new Map());
  if (scopes.length === 0) return stored;
  const rows = await findRows(models.IdempotencyKey, {
    attributes: [
      'id',
      'user_id',
      'event_id',
      'route',
      'idempotency_key',
      'fingerprint',
      'status',
      'body',
      'createdAt',
    ],
    where: literal(scopes.map((scope) => scopeSql(sequelize, scope)).join(' OR ')),
    transaction: tx,
  });
  for (const row of rows) {
    const scope = { userId: row.user_id, route: row.route, key: row.idempotency_key };
    stored.get(row.event_id)?.set(scopeId(scope), row);
  }
  return stored;
}

/** Plain SQL: Sequelize takes ten times as long for such a condition. See docs/performance.md. */
function scopeSql(
  sequelize: Sequelize,
  { eventId, scope: { userId, route, key } }: EventScope,
): string {
  return (
    `(user_id = ${String(userId)} AND event_id = ${String(eventId)} AND ` +
    `route = ${sequelize.escape(route)} AND idempotency_key = ${sequelize.escape(key)})`
  );
}

/**
 * Judges a request by the stored key: the stored answer, `reused` if the key came with
 * different input, or `free` if there is no stored key or it has expired.
 */
export function judgeKey(
  stored: StoredKey | undefined,
  { fingerprint }: IdempotencyKey,
  now: Date,
): StoredAnswer | 'reused' | 'free' {
  if (!stored || now.getTime() - stored.createdAt.getTime() >= KEY_LIFETIME_MS) return 'free';
  return stored.fingerprint === fingerprint ? answerIn(stored) : 'reused';
}

function answerIn({ status, body }: StoredKey): StoredAnswer {
  return { status, body };
}

export const KEY_REUSED_MESSAGE = 'This Idempotency-Key was used for a different request';

export interface NewKey {
  readonly eventId: number;
  readonly key: IdempotencyKey;
  readonly answer: StoredAnswer;
  /** An expired row that the new one replaces. */
  readonly replaces: StoredKey | undefined;
}

/** Writes keys with their answers and removes the expired ones. Call it under the events' locks. */
export async function saveKeys(
  database: Database,
  tx: Tx,
  keys: readonly NewKey[],
  now: Date,
): Promise<void> {
  if (keys.length === 0) return;
  const expired = keys.flatMap(({ replaces }) => (replaces ? [replaces.id] : []));
  if (expired.length > 0) {
    await database.models.IdempotencyKey.destroy({ where: { id: expired }, transaction: tx });
  }
  const createdAt = asSqlTimestamp(database, now);
  await insertRows(
    database,
    tx,
    'idempotency_keys',
    keys.map(({ eventId, key: { userId, route, key, fingerprint }, answer }) => ({
      user_id: userId,
      route,
      event_id: eventId,
      idempotency_key: key,
      fingerprint,
      status: answer.status,
      body: answer.body,
      createdAt,
    })),
  );
}

/**
 * Removes one batch of expired keys, by the database's clock.
 *
 * @returns whether more may remain
 */
export async function removeExpiredKeys({ models, isSqlite }: Database): Promise<boolean> {
  const hours = String(KEY_LIFETIME_HOURS);
  const limit = isSqlite
    ? `strftime('%Y-%m-%d %H:%M:%f +00:00', 'now', '-${hours} hours')`
    : `SYSDATE(3) - INTERVAL ${hours} HOUR`;
  const expired = await findRows(models.IdempotencyKey, {
    attributes: ['id'],
    where: literal(`createdAt < ${limit}`),
    order: [['createdAt', 'ASC']],
    limit: CLEANUP_BATCH_ROWS,
  });
  if (expired.length > 0) {
    await models.IdempotencyKey.destroy({ where: { id: expired.map(({ id }) => id) } });
  }
  return expired.length === CLEANUP_BATCH_ROWS;
}
