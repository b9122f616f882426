import type { Metrics } from '../observability/metrics';
import type { ApiHandler } from './locals';

const MS_PER_SECOND = 1_000;

/** Measures each request under its route pattern; each path would be a metric of its own. */
export function countRequest({ httpRequests }: Metrics): ApiHandler {
  return ({ method }, response, next) => {
    response.once('close', () => {
      const { route = 'none', startedAt } = response.locals;
      const seconds = (performance.now() - startedAt) / MS_PER_SECOND;
      httpRequests.observe({ method, route, status: response.statusCode }, seconds);
    });
    next();
  };
}
