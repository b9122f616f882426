import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Config } from '../config/config';
import { ApiError } from '../errors/api-error';

const ALGORITHM = 'HS256';
const ISSUER = 'event-ticket-booking-api';
const AUDIENCE = 'event-ticket-booking-api';
/** No token issued here is longer. */
const MAX_TOKEN_CHARACTERS = 2_048;

/** The claims of a valid token. */
export interface TokenClaims {
  readonly userId: number;
  /** The account's `token_version` when the token was issued. */
  readonly version: number;
}

/** Issues and verifies bearer tokens. */
export class Tokens {
  readonly #signingKey: KeyObject;
  readonly #verifyingKeys: readonly KeyObject[];
  readonly lifetimeSeconds: number;

  constructor({ secret, previousSecrets, tokenLifetimeSeconds }: Config['auth']) {
    // A key object made once: jsonwebtoken 9 tries a string as a public key on each call.
    this.#signingKey = createSecretKey(Buffer.from(secret));
    this.#verifyingKeys = [
      this.#signingKey,
      ...previousSecrets.map((previous) => createSecretKey(Buffer.from(previous))),
    ];
    this.lifetimeSeconds = tokenLifetimeSeconds;
  }

  issue({ userId, version }: TokenClaims): string {
    return jwt.sign({ ver: version }, this.#signingKey, {
      algorithm: ALGORITHM,
      subject: String(userId),
      issuer: ISSUER,
      audience: AUDIENCE,
      expiresIn: this.lifetimeSeconds,
    });
  }

  /** @throws ApiError INVALID_TOKEN for anything but an unexpired token that was issued here */
  read(token: string): TokenClaims {
    if (token.length > MAX_TOKEN_CHARACTERS) throw invalidToken();
    for (const key of this.#verifyingKeys) {
      try {
        const claims = jwt.verify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
        });
        return claimsOf(claims);
      } catch {
        // Another key may have signed it. The reason for a rejection is not disclosed.
      }
    }
    throw invalidToken();
  }
}

/** The same answer for every invalid token. */
export function invalidToken(): ApiError {
  return new ApiError('INVALID_TOKEN', 'The token is not valid', {
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  });
}

function claimsOf(claims: jwt.JwtPayload | string): TokenClaims {
  if (typeof claims === 'string') throw invalidToken();
  const { sub, ver, exp, iat } = claims as Record<string, unknown>;
  const isValid =
    typeof sub === 'string' &&
    /^[1-9]\d{0,9}$/.test(sub) &&
    Number.isSafeInteger(ver) &&
    Number.isSafeInteger(exp) &&
    Number.isSafeInteger(iat);
  if (!isValid) throw invalidToken();
  return { userId: Number(sub), version: ver as number };
}
