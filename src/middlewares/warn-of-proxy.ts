import type { Logger } from '../observability/logger';
import type { ApiHandler } from './locals';

/**
 * Says once that a proxy seems to be in front although none is trusted: then everyone behind it has
 * the proxy's address, and shares its limits.
 */
export function warnOfProxy(logger: Logger): ApiHandler {
  let hasWarned = false;
  return ({ headers }, _response, next) => {
    if (!hasWarned && (headers['x-forwarded-for'] ?? headers.forwarded) !== undefined) {
      hasWarned = true;
      logger.warn(
        'A request carries X-Forwarded-For or Forwarded, but TRUST_PROXY is not set: the header is ' +
          'not believed, and everyone behind one proxy shares the limits of its address. If a proxy ' +
          'is in front, set TRUST_PROXY to how many there are, or to their addresses',
      );
    }
    next();
  };
}
