import { createHmac } from 'node:crypto';
import { TEST_SECRET } from '../setup/test-config';

export type Claims = Readonly<Record<string, unknown>>;

/** The claims of a valid token for this account. Libraries refuse to sign the invalid variants. */
export function soundClaims(userId: number): Claims {
  const now = Math.floor(Date.now() / 1_000);
  return {
    ver: 0,
    iat: now,
    exp: now + 600,
    aud: 'event-ticket-booking-api',
    iss: 'event-ticket-booking-api',
    sub: String(userId),
  };
}

/** All claims but one. */
export function without(claims: Claims, name: string): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
}

interface Forgery {
  readonly header?: unknown;
  readonly secret?: string | Buffer;
  readonly hash?: 'sha256' | 'sha384' | 'sha512';
}

/** A token with any claims and header, signed as HMAC with any secret: by default with the right one. */
export function forge(
  claims: unknown,
  { header = { alg: 'HS256', typ: 'JWT' }, secret = TEST_SECRET, hash = 'sha256' }: Forgery = {},
): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

/** Text is not converted to JSON, so that a part can be invalid. */
export function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
