/**
 * Refresh tokens: `rt_`, the random name of their family, and a random secret. The database has only
 * their hashes.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';

/** Makes a token easy to find for programs that look for secrets in the wrong place. */
const PREFIX = 'rt_';
const FAMILY_BYTES = 16;
const SECRET_BYTES = 32;
const FORM = /^rt_([\w-]{22})([\w-]{43})$/;

export interface RefreshToken {
  readonly text: string;
  readonly family: string;
  readonly hash: string;
}

/** The first token of a new family. */
export function newRefreshToken(): RefreshToken {
  return tokenOf(random(FAMILY_BYTES), random(SECRET_BYTES));
}

/** Undefined if it can't be a refresh token. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  const [, family, secret] = FORM.exec(text) ?? [];
  return family === undefined || secret === undefined ? undefined : tokenOf(family, secret);
}

export function newSalt(): string {
  return random(SECRET_BYTES);
}

/**
 * The token that follows on a used one. The same again from the same token and salt, in any process:
 * so an answer that got lost can be told again, although only hashes are stored. Neither the used token
 * nor the database alone is enough to make it.
 */
export function successorOf({ text, family }: RefreshToken, salt: string): RefreshToken {
  return tokenOf(family, createHmac('sha256', salt).update(text).digest('base64url'));
}

function tokenOf(family: string, secret: string): RefreshToken {
  const text = `${PREFIX}${family}${secret}`;
  return { text, family, hash: createHash('sha256').update(text).digest('base64url') };
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
