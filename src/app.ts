import cors from 'cors';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Config } from './config/config';
import type { Services } from './controllers/services';
import { accessLog } from './middlewares/access-log';
import { requestId } from './middlewares/request-id';
import { countRequest } from './middlewares/count-request';
import { errorHandler } from './middlewares/error-handler';
import { asRequestHandler } from './middlewares/locals';
import { notFound } from './middlewares/not-found';
import { pageForPeople } from './middlewares/page-for-people';
import { paceRequests } from './middlewares/pace-requests';
import type { Bulkheads } from './load/bulkheads';
import { warnOfProxy } from './middlewares/warn-of-proxy';
import type { Logger } from './observability/logger';
import type { Metrics } from './observability/metrics';
import { buildDocument } from './openapi/document';
import { permissionTable } from './policies/permissions';
import type { RateLimiter } from './rate-limits/rate-limiter';
import { ROUTES } from './routes';
import { bindRoutes } from './routes/bind-routes';
import { operationsRouter } from './routes/operations.routes';
import type { HealthService } from './services/health.service';
import { VERSION } from './version';

const EXPOSED_HEADERS = [
  'X-Request-Id',
  'ETag',
  'Retry-After',
  'Idempotent-Replayed',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
];
/** How long a browser may cache a preflight response. */
const PREFLIGHT_SECONDS = 600;

export interface AppDependencies {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly services: Services;
  readonly bulkheads: Bulkheads;
  readonly health: HealthService;
  /** Null turns rate limits off. */
  readonly rateLimiter: RateLimiter | null;
}

/** The Express application. It neither listens nor connects. */
export function createApp(dependencies: AppDependencies): Express {
  const { config, logger, metrics, services, bulkheads, health, rateLimiter } = dependencies;
  const app = express();
  app.set('trust proxy', config.http.trustProxy);
  app.set('etag', false);
  app.disable('x-powered-by');

  app.use(asRequestHandler(requestId));
  app.use(asRequestHandler(countRequest(metrics)));
  app.use(asRequestHandler(accessLog(logger, config.log)));
  app.use(asRequestHandler(paceRequests()));
  if (rateLimiter && config.http.trustProxy === false) {
    app.use(asRequestHandler(warnOfProxy(logger)));
  }
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          // The documentation page must also work over plain HTTP, without TLS.
          upgradeInsecureRequests: null,
          // The page loads only files of this server.
          baseUri: ["'none'"],
          fontSrc: ["'self'", 'data:'],
          styleSrc: ["'self'", "'unsafe-inline'"],
        },
      },
    }),
  );
  app.use(
    cors({
      origin: config.http.origins === '*' ? '*' : [...config.http.origins],
      credentials: config.http.credentials,
      // No list of allowed headers: whatever a browser asks for is allowed. Tracing SDKs add their own,
      // and the server reads none that it does not know.
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: PREFLIGHT_SECONDS,
    }),
  );
  app.use(
    bindRoutes(ROUTES, {
      services,
      bulkheads,
      permissions: permissionTable(config.eventCreators),
      rateLimiter,
    }),
  );
  app.use(
    operationsRouter({
      health,
      metrics,
      metricsToken: config.metricsToken,
      document: buildDocument(ROUTES, VERSION),
    }),
  );
  app.use(asRequestHandler(pageForPeople));
  app.use(asRequestHandler(notFound));
  app.use(errorHandler(logger));
  return app;
}
