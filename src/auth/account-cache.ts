import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { Role } from '../domain/rights';
import { ShortCache } from './short-cache';

/** What every request with a token needs from its account. */
export interface Account {
  readonly id: number;
  readonly role: Role;
  readonly tokenVersion: number;
}

/** Accounts by id, as they were within the last second. Deleted ones are not found. */
export class AccountCache extends ShortCache<number, Account> {
  constructor({ models }: Database) {
    super(async (ids) => {
      const rows = await findRows(models.User, {
        attributes: ['id', 'role', 'token_version'],
        where: { id: [...ids], deleted_at: null },
      });
      return new Map(
        rows.map(({ id, role, token_version }) => [id, { id, role, tokenVersion: token_version }]),
      );
    });
  }
}
