import type { Metrics } from '../observability/metrics';
import type { ApiHandler } from './locals';

const NANOSECONDS_PER_SECOND = 1e9;

/** Measures each request under its route's pattern; paths would make a metric each. */
export function countRequest({ httpRequests }: Metrics): ApiHandler {
  return (request, response, next) => {
    const startedAt = process.hrtime.bigint();
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - startedAt) / NANOSECONDS_PER_SECOND;
      httpRequests.observe(
        {
          method: request.method,
          route: response.locals.route ?? 'none',
          status: response.statusCode,
        },
        seconds,
      );
    });
    next();
  };
}
