/** Account queries and errors that several services share. */
import type { Database } from '../database/database';
import { violatesUnique } from '../database/fault-kind';
import { findRows } from '../database/find-rows';
import { lockUsers } from '../database/locks';
import type { Tx } from '../database/unit-of-work';
import { ApiError } from '../errors/api-error';
import type { UserRow } from '../models/user.model';
import { requireAllowed } from '../policies/accounts.policy';

export async function findAdminIds({ models }: Database, tx: Tx): Promise<number[]> {
  const rows = await findRows(models.User, {
    attributes: ['id'],
    where: { role: 'admin', deleted_at: null },
    transaction: tx,
  });
  return rows.map(({ id }) => id);
}

/** Whether the database rejected a row because another account has its e-mail. */
export function isEmailTaken(error: unknown): boolean {
  return violatesUnique(error, 'uq_users_email', ['email']);
}

export function emailTaken(): ApiError {
  return new ApiError('EMAIL_TAKEN', 'An account with this e-mail already exists', {
    details: [{ field: 'email', message: 'email is taken' }],
  });
}

/** An account whose row is locked and, if it is an admin's, all admins' accounts, also locked. */
export interface LockedAccount {
  readonly user: UserRow;
  readonly admins: readonly UserRow[];
}

/**
 * Locks the account and, if it is an admin's, all admins' accounts, by id.
 *
 * @throws ApiError USER_NOT_FOUND
 */
export async function lockAccount(
  database: Database,
  tx: Tx,
  userId: number,
): Promise<LockedAccount> {
  const adminIds = await findAdminIds(database, tx);
  const isAdmin = adminIds.includes(userId);
  const rows = await lockUsers(database, tx, isAdmin ? adminIds : [userId]);
  const user = rows.find(({ id }) => id === userId);
  if (!user) throw userNotFound(userId);
  return { user, admins: rows.filter(({ role }) => role === 'admin') };
}

/**
 * Without an admin, no one could make another admin.
 *
 * @throws ApiError FORBIDDEN
 */
export function requireAnotherAdmin({ user, admins }: LockedAccount): void {
  const isLast = user.role === 'admin' && admins.every(({ id }) => id === user.id);
  requireAllowed(!isLast, "The last admin can't be demoted or deleted");
}

export function userNotFound(userId: number): ApiError {
  return new ApiError('USER_NOT_FOUND', `No user ${String(userId)}`);
}
