import { Router, type Request } from 'express';
import { envelopeOf, type Answer } from '../presenters/answer';
import type { Services } from '../controllers/services';
import type { CommandAnswer } from '../inventory/command-request';
import { authenticate } from '../middlewares/authenticate';
import { authorize } from '../middlewares/authorize';
import { checkAvailability } from '../middlewares/check-availability';
import { idempotencyKey } from '../middlewares/idempotency-key';
import { jsonBody } from '../middlewares/json-body';
import {
  asRequestHandler,
  requestIn,
  type ApiHandler,
  type ApiResponse,
} from '../middlewares/locals';
import { methodNotAllowed } from '../middlewares/not-found';
import { rateLimit } from '../middlewares/rate-limit';
import { validate } from '../middlewares/validate';
import type { Bulkhead } from '../load/bulkhead';
import type { Bulkheads } from '../load/bulkheads';
import type { PermissionTable } from '../policies/permissions';
import type { RateLimiter } from '../rate-limits/rate-limiter';
import type { Route } from '../controllers/route';

export interface RouteDependencies {
  readonly services: Services;
  readonly bulkheads: Bulkheads;
  readonly permissions: PermissionTable;
  /** Null turns rate limits off. */
  readonly rateLimiter: RateLimiter | null;
}

/** Builds a router from the route table. */
export function bindRoutes(routes: readonly Route[], dependencies: RouteDependencies): Router {
  const router = Router({ caseSensitive: true });
  for (const path of literalPathsFirst(routes)) {
    const here = routes.filter((route) => route.path === path);
    const bound = router.route(path);
    for (const route of here) {
      bound[route.method](...handlersOf(route, dependencies).map(asRequestHandler));
    }
    const methods = here.map(({ method }) => method.toUpperCase());
    bound.all(asRequestHandler(methodNotAllowed(methods)));
  }
  return router;
}

/** `/api/tickets/book` must be matched before `/api/tickets/:booking_id`. */
function literalPathsFirst(routes: readonly Route[]): string[] {
  const paths = [...new Set(routes.map(({ path }) => path))];
  // A space sorts before all letters, so in descending order a literal comes before a parameter.
  const rank = (path: string): string => path.replaceAll(':', ' ');
  return paths.sort((a, b) => (rank(a) < rank(b) ? 1 : -1));
}

/** The handlers of a route. Their order decides which of several faults is reported. */
function handlersOf(
  route: Route,
  { services, bulkheads, permissions, rateLimiter }: RouteDependencies,
): ApiHandler[] {
  const handlers: ApiHandler[] = [nameRoute(route.path)];
  if (route.share) handlers.push(requireRoom(bulkheads[route.share]));
  if (route.access !== 'public') handlers.push(authenticate(services.auth));
  if (route.limit && rateLimiter) handlers.push(rateLimit(rateLimiter, route.limit));
  if (route.method !== 'get') handlers.push(jsonBody);
  handlers.push(validate(route));
  if (route.access !== 'public') {
    if (route.isIdempotent) handlers.push(idempotencyKey(route));
    handlers.push(authorize(permissions, route));
    if (route.availability) {
      const mustBeOnSale = route.availability === 'onSale';
      handlers.push(checkAvailability(services, { mustBeOnSale }));
    }
  }
  handlers.push(handle(route, services, bulkheads));
  return handlers;
}

/** Records the route of a request for the log and the metrics. */
export function nameRoute(path: string): ApiHandler {
  return (_request, { locals }, next) => {
    locals.route = path;
    next();
  };
}

/** Refuses a request beyond its share before any work is done for it. */
function requireRoom(bulkhead: Bulkhead): ApiHandler {
  return (_request, _response, next) => {
    bulkhead.requireRoom();
    next();
  };
}

function handle(route: Route, services: Services, bulkheads: Bulkheads): ApiHandler {
  const { share } = route;
  return async (request, response) => {
    const ask = (): Promise<Answer | CommandAnswer> =>
      route.handle(services, requestIn(response.locals));
    const answer = await (share ? bulkheads[share].run(ask) : ask());
    await response.locals.beforeSuccess?.();
    response.set('Cache-Control', route.method === 'get' ? 'private, no-cache' : 'no-store');
    if ('body' in answer) sendFinished(response, answer);
    else sendAnswer(request, response, answer);
  };
}

/**
 * Whether the client already has this answer (RFC 9110, 13.1.2). Ignores the cache directives of the
 * request: fetch adds `Cache-Control: no-cache` to each `If-None-Match`, and Express would then send
 * the whole answer again.
 */
function isKnown({ headers: { 'if-none-match': known } }: Request, etag?: string): boolean {
  if (known === undefined || etag === undefined) return false;
  const tags = known.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

function sendAnswer(request: Request, response: ApiResponse, answer: Answer): void {
  if (answer.headers) response.set(answer.headers);
  if (isKnown(request, answer.headers?.ETag)) response.status(304).end();
  else response.status(answer.status).json(envelopeOf(answer));
}

function sendFinished(response: ApiResponse, { outcome, status, body }: CommandAnswer): void {
  if (outcome === 'replayed') response.set('Idempotent-Replayed', 'true');
  response.status(status).type('json').send(body);
}
