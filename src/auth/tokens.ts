import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Config } from '../config/config';
import { ApiError } from '../errors/api-error';

const ALGORITHM = 'HS256';
const ISSUER = 'event-ticket-booking-api';
const AUDIENCE = 'event-ticket-booking-api';
/** No token issued here is longer. */
const MAX_TOKEN_CHARACTERS = 2_048;
const MS_PER_SECOND = 1_000;

/** The claims of a valid token. */
export interface TokenClaims {
  readonly userId: number;
  /** The account's `token_version` when the token was issued. */
  readonly version: number;
  /** When the person proved who they are, in seconds since 1970; null in tokens that do not say. */
  readonly authTime: number | null;
}

interface DatedClaims extends TokenClaims {
  readonly expiresAt: number;
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

  /** @param issuedAt in seconds since 1970. The same claims and time yield the same token */
  issue({ userId, version, authTime }: TokenClaims, issuedAt: number = nowInSeconds()): string {
    return jwt.sign({ ver: version, auth_time: authTime, iat: issuedAt }, this.#signingKey, {
      algorithm: ALGORITHM,
      subject: String(userId),
      issuer: ISSUER,
      audience: AUDIENCE,
      expiresIn: this.lifetimeSeconds,
    });
  }

  /**
   * @throws ApiError INVALID_TOKEN for anything but a token that was issued here
   * @throws ApiError TOKEN_EXPIRED for one that is good but over
   */
  read(token: string): TokenClaims {
    if (token.length > MAX_TOKEN_CHARACTERS) throw invalidToken();
    const claims = this.#verify(token);
    if (claims.expiresAt <= nowInSeconds()) throw tokenExpired();
    return claims;
  }

  #verify(token: string): DatedClaims {
    for (const key of this.#verifyingKeys) {
      try {
        const claims = jwt.verify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          // Only of a token that is good otherwise may its bearer learn that it is over.
          ignoreExpiration: true,
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

function tokenExpired(): ApiError {
  return new ApiError('TOKEN_EXPIRED', 'The token has expired: refresh it, or log in again', {
    headers: {
      'WWW-Authenticate': 'Bearer error="invalid_token", error_description="The token has expired"',
    },
  });
}

function nowInSeconds(): number {
  return Math.floor(Date.now() / MS_PER_SECOND);
}

function claimsOf(claims: jwt.JwtPayload | string): DatedClaims {
  if (typeof claims === 'string') throw invalidToken();
  const { sub, ver, exp, iat, auth_time: authTime = null } = claims as Record<string, unknown>;
  const isValid =
    typeof sub === 'string' &&
    /^[1-9]\d{0,9}$/.test(sub) &&
    Number.isSafeInteger(ver) &&
    Number.isSafeInteger(exp) &&
    Number.isSafeInteger(iat) &&
    (authTime === null || Number.isSafeInteger(authTime));
  if (!isValid) throw invalidToken();
  return {
    userId: Number(sub),
    version: ver as number,
    authTime: authTime as number | null,
    expiresAt: exp as number,
  };
}
