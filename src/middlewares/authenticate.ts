import { ApiError } from '../errors/api-error';
import type { AuthService } from '../services/auth.service';
import type { ApiHandler } from './locals';

const BEARER = /^Bearer +([^\s]+) *$/i;

/** Tells from the bearer token who asks. */
export function authenticate(auth: AuthService): ApiHandler {
  return async ({ headers }, response, next) => {
    const token = headers.authorization && BEARER.exec(headers.authorization)?.[1];
    if (!token) {
      throw new ApiError('UNAUTHENTICATED', 'Send a token: Authorization: Bearer <token>', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
    response.locals.actor = await auth.authenticate(token);
    next();
  };
}
