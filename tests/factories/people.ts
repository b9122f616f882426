import { randomUUID } from 'node:crypto';
import bcrypt from 'bcrypt';
import type { Container } from '../../src/container';
import type { Role } from '../../src/domain/rights';
import { newApiKey } from '../../src/auth/api-key';
import { Tokens } from '../../src/auth/tokens';

export const PASSWORD = 'correct horse battery';
/** At the lowest cost: factories make many people. */
const PASSWORD_HASH = bcrypt.hashSync(PASSWORD, 4);

export interface Person {
  readonly id: number;
  readonly email: string;
  readonly token: string;
}

/** A new account, and a token for it as after a login just now. */
export async function makePerson(container: Container, role: Role = 'user'): Promise<Person> {
  const [person] = await makePeople(container, 1, role);
  return person!;
}

export interface Key {
  readonly id: number;
  readonly text: string;
}

/** A new API key, as one that was used just now: so its next use changes no row. */
export async function makeKey({ database }: Container, userId: number): Promise<Key> {
  const { text, hash, prefix } = newApiKey();
  const now = new Date();
  const row = await database.models.ApiKey.create({
    user_id: userId,
    name: 'A program',
    key_hash: hash,
    prefix,
    expires_at: null,
    last_used_at: now,
    createdAt: now,
  });
  return { id: row.get('id') as number, text };
}

export async function makePeople(
  { database, config }: Container,
  count: number,
  role: Role = 'user',
): Promise<Person[]> {
  const now = new Date();
  const tokens = new Tokens(config.auth);
  const emails = Array.from({ length: count }, () => `${randomUUID()}@example.com`);
  await database.models.User.bulkCreate(
    emails.map((email) => ({
      email,
      password: PASSWORD_HASH,
      role,
      token_version: 0,
      createdAt: now,
      updatedAt: now,
    })),
  );
  const rows = await database.models.User.findAll({ where: { email: emails }, order: ['id'] });
  return rows.map((row) => {
    const { id, email } = row.get();
    const authTime = Math.floor(now.getTime() / 1_000);
    return { id, email: email ?? '', token: tokens.issue({ userId: id, version: 0, authTime }) };
  });
}
