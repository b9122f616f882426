import { Router, type Request } from 'express';
import swaggerUi from 'swagger-ui-express';
import { asRequestHandler, type ApiHandler } from '../middlewares/locals';
import { methodNotAllowed, notFound } from '../middlewares/not-found';
import { validate } from '../middlewares/validate';
import { ApiError } from '../errors/api-error';
import { readMetrics } from '../observability/cluster-metrics';
import type { Metrics } from '../observability/metrics';
import type { HealthService } from '../services/health.service';
import { isSameSecret } from '../auth/same-secret';
import { nameRoute } from './bind-routes';
import { DOCUMENTATION_PAGE, documentationHtml } from './documentation-page';

export interface OperationsDependencies {
  readonly health: HealthService;
  readonly metrics: Metrics;
  readonly metricsToken: string | null;
  /** The OpenAPI document. */
  readonly document: object;
}

/** The Retry-After of a failed readiness check. */
const RETRY_READY_SECONDS = 1;

/** Routes for operators and the documentation: no envelope, no account needed. */
export function operationsRouter(dependencies: OperationsDependencies): Router {
  const { health } = dependencies;
  const router = Router({ caseSensitive: true });

  const get = (path: string, handler: ApiHandler): void => {
    router
      .route(path)
      .get(...[nameRoute(path), validate({}), handler].map(asRequestHandler))
      .all(asRequestHandler(methodNotAllowed(['GET'])));
  };
  get('/health/live', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  get('/health/ready', async (_request, response) => {
    const { isReady, reason } = await health.readiness();
    response.set('Cache-Control', 'no-store').status(isReady ? 200 : 503);
    if (!isReady) response.set('Retry-After', String(RETRY_READY_SECONDS));
    response.json(isReady ? { status: 'ok' } : { status: 'unavailable', reason });
  });
  get('/metrics', async (request, response) => {
    requireMetricsReader(request, dependencies.metricsToken);
    const { registry } = dependencies.metrics;
    response.set('Cache-Control', 'no-store').type(registry.contentType);
    response.send(await readMetrics(registry));
  });
  // Serialized once: it takes as long as some bookings.
  const document = Buffer.from(JSON.stringify(dependencies.document));
  get('/api-docs/openapi.json', (_request, response) => {
    response.set('Cache-Control', 'private, no-cache').type('json').send(document);
  });
  const page = documentationHtml();
  get('/api-docs/', (request, response) => {
    response.set('Cache-Control', 'private, no-cache');
    // The page's files are relative to its folder. So is this: a proxy may have taken a path away.
    if (request.path.endsWith('/')) response.type('html').send(page);
    else response.redirect(301, 'api-docs/');
  });
  router.use('/api-docs', asRequestHandler(refusePackageFile));
  router.use('/api-docs', swaggerUi.serveFiles(undefined, DOCUMENTATION_PAGE));
  return router;
}

/** Swagger UI would refuse its package file in plain text, not in the error format of the API. */
const refusePackageFile: ApiHandler = (request, response, next) => {
  if (request.path.endsWith('/package.json')) void notFound(request, response, next);
  else next();
};

/** Headers that a proxy adds: behind a local proxy, every request comes from this machine. */
const FORWARDING_HEADERS = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'];
const LOOPBACK_ADDRESSES = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** @throws ApiError FORBIDDEN if the caller may not read the metrics */
function requireMetricsReader(request: Request, token: string | null): void {
  const isAllowed =
    token === null
      ? LOOPBACK_ADDRESSES.has(request.socket.remoteAddress ?? '') &&
        FORWARDING_HEADERS.every((name) => request.headers[name] === undefined)
      : isSameSecret(request.headers.authorization ?? '', `Bearer ${token}`);
  if (!isAllowed) throw new ApiError('FORBIDDEN', 'You may not read the metrics');
}
