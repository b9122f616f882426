import type { Logger } from '../observability/logger';
import type { ApiHandler } from './locals';

/**
 * Warns once if a proxy seems to be in front but none is trusted: then all clients behind it have the
 * proxy's address and share its limits.
 */
export function warnOfProxy(logger: Logger): ApiHandler {
  let hasWarned = false;
  return ({ headers }, _response, next) => {
    if (!hasWarned && (headers['x-forwarded-for'] ?? headers.forwarded) !== undefined) {
      hasWarned = true;
      logger.warn(
        'A request carries X-Forwarded-For or Forwarded, but TRUST_PROXY is not set: the header is ' +
          'ignored, and all clients behind one proxy share the limits of its address. If there is a ' +
          'proxy, set TRUST_PROXY to the number of proxies or to their addresses',
      );
    }
    next();
  };
}
