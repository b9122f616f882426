/** Account queries and errors that several services share. */
import type { Database } from '../database/database';
import { violatesUnique } from '../database/fault-kind';
import { findRows } from '../database/find-rows';
import type { Tx } from '../database/unit-of-work';
import { ApiError } from '../errors/api-error';

/** @param tx null outside a transaction */
export async function findAdminIds({ models }: Database, tx: Tx | null): Promise<number[]> {
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
