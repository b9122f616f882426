import { ApiError } from '../errors/api-error';
import type { AuthService } from '../services/auth.service';
import { invalidToken } from '../auth/tokens';
import type { ApiHandler } from './locals';

const BEARER = /^Bearer +([^\s]+) *$/i;

/** Identifies the caller by the bearer token. */
export function authenticate(auth: AuthService): ApiHandler {
  return async ({ headers, rawHeaders }, response, next) => {
    if (countAuthorizations(rawHeaders) > 1) throw invalidToken();
    const token = headers.authorization && BEARER.exec(headers.authorization)?.[1];
    if (!token) {
      throw new ApiError('UNAUTHENTICATED', 'Send a token: Authorization: Bearer <token>', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
    const { actor, credential } = await auth.authenticate(token);
    response.locals.actor = actor;
    response.locals.credential = credential;
    next();
  };
}

/**
 * Node keeps the first of several Authorization headers, while a proxy may use another one: the two
 * could disagree about the caller.
 */
function countAuthorizations(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === 'authorization'.length && name.toLowerCase() === 'authorization') {
      count += 1;
    }
  }
  return count;
}
