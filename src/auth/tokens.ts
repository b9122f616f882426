import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Config } from '../config/config';
import { ApiError } from '../errors/api-error';

const ALGORITHM = 'HS256';
const ISSUER = 'event-ticket-booking-api';
const AUDIENCE = 'event-ticket-booking-api';
/** Longer ones are none of ours. */
const MAX_TOKEN_CHARACTERS = 2_048;

/** What a sound token says. */
export interface TokenClaims {
  readonly userId: number;
  /** The account's `token_version` when it was issued. */
  readonly version: number;
}

/** Issues and reads the bearer tokens. */
export class Tokens {
  readonly #signingKey: KeyObject;
  readonly #verifyingKeys: readonly KeyObject[];
  readonly lifetimeSeconds: number;

  constructor({ secret, previousSecrets, tokenLifetimeSeconds }: Config['auth']) {
    // A key object made once: given a string, jsonwebtoken 9 tries it as a public key at each call.
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

  /** @throws ApiError INVALID_TOKEN for whatever is not a token that we issued and still honour */
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
        // Another key may have signed it; why a token is refused is nobody's business.
      }
    }
    throw invalidToken();
  }
}

/** The one answer to every token that is no good. */
export function invalidToken(): ApiError {
  return new ApiError('INVALID_TOKEN', 'The token is not valid', {
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  });
}

function claimsOf(claims: jwt.JwtPayload | string): TokenClaims {
  if (typeof claims === 'string') throw invalidToken();
  const { sub, ver, exp, iat } = claims as Record<string, unknown>;
  const isSound =
    typeof sub === 'string' &&
    /^[1-9]\d{0,9}$/.test(sub) &&
    Number.isSafeInteger(ver) &&
    Number.isSafeInteger(exp) &&
    Number.isSafeInteger(iat);
  if (!isSound) throw invalidToken();
  return { userId: Number(sub), version: ver as number };
}
