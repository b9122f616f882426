import type { Answer } from './answer';
import type { ActorRequest, ApiRequest } from './request';
import type { Services } from './services';
import type { ErrorCode } from '../errors/error-codes';
import type { Replay } from '../inventory/idempotency';
import type { Actor } from '../domain/rights';
import type { Share } from '../load/bulkheads';
import type { Permission } from '../policies/permissions';
import type { LimitName } from '../rate-limits/limits';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type DtoClass<T extends object = object> = new () => T;

/** What a route's success carries as `data`. */
export interface Success {
  readonly status: 200 | 201;
  readonly description: string;
  /** Null where there is nothing to tell. */
  readonly data: DtoClass | null;
  readonly isList?: true;
}

interface RouteBase<Body extends object, Query extends object, Params extends object> {
  readonly method: Method;
  /** As Express writes it: `/api/events/:event_id`. */
  readonly path: string;
  readonly tag: 'Accounts' | 'Events' | 'Tickets' | 'Waitlist' | 'Operations';
  readonly summary: string;
  /** What the summary leaves open. */
  readonly description: string;
  /** How often it may be asked, where rate limits are on. */
  readonly limit?: LimitName;
  /**
   * Whose share of the database connections the handler uses. Left out by routes that go through the
   * executor or a batched reader.
   */
  readonly share?: Share;
  readonly body?: DtoClass<Body>;
  readonly query?: DtoClass<Query>;
  readonly params?: DtoClass<Params>;
  readonly success: Success;
  /** Beyond those that every route of its kind can have. */
  readonly errors?: readonly ErrorCode[];
}

/** For anyone: nobody is asked who they are. */
export interface PublicRoute<
  Body extends object = object,
  Query extends object = object,
  Params extends object = object,
> extends RouteBase<Body, Query, Params> {
  readonly access: 'public';
  handle(services: Services, request: ApiRequest<Body, Query, Params>): Promise<Answer | Replay>;
}

/** For those whose role has the permission. */
export interface ProtectedRoute<
  Body extends object = object,
  Query extends object = object,
  Params extends object = object,
> extends RouteBase<Body, Query, Params> {
  readonly access: Permission;
  /** Whether this caller may ask this at all, as far as that can be told without any row. */
  mayAsk?(
    actor: Actor,
    request: ApiRequest<NoInfer<Body>, NoInfer<Query>, NoInfer<Params>>,
  ): boolean;
  /** Accepts an Idempotency-Key. */
  readonly isIdempotent?: true;
  /**
   * Looks at the event before the handler runs, and answers for hopeless ones: those that don't
   * exist and, with `active`, those that are cancelled.
   */
  readonly availability?: 'existing' | 'active';
  handle(services: Services, request: ActorRequest<Body, Query, Params>): Promise<Answer | Replay>;
}

/** One route as data. Binding, permissions, documentation and tests all read the same record. */
export type Route = PublicRoute | ProtectedRoute;

/** Checks that a route's handler fits its DTOs. A route without `access` does not compile. */
export function publicRoute<
  Body extends object = object,
  Query extends object = object,
  Params extends object = object,
>(route: Omit<PublicRoute<Body, Query, Params>, 'access'>): Route {
  return { ...route, access: 'public' };
}

export function protectedRoute<
  Body extends object = object,
  Query extends object = object,
  Params extends object = object,
>(route: ProtectedRoute<Body, Query, Params>): Route {
  return route;
}
