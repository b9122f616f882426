import type { Answer } from '../presenters/answer';
import type { ActorRequest, ApiRequest } from './request';
import type { Services } from './services';
import type { ErrorCode } from '../errors/error-codes';
import type { CommandAnswer } from '../inventory/command-request';
import type { Actor } from '../domain/rights';
import type { Share } from '../load/bulkheads';
import type { Permission } from '../policies/permissions';
import type { LimitName } from '../config/limits';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The groups of the documentation, in the order in which their requests can be tried. */
export const TAGS = {
  'Sign-in': 'Creating an account and getting a token',
  Events: 'Creating, listing and changing events',
  Tickets: 'Booking, and reading tickets; each booking is one ticket',
  Waitlist: 'Waiting for tickets of a sold-out event',
  Cancellation: 'Giving tickets back, and cancelling events',
  Operations: 'For operators of the server',
  Keys: 'Keys by which programs act as an account',
  Accounts: 'Reading, changing and deleting accounts',
} as const;

export type Tag = keyof typeof TAGS;

export type DtoClass<T extends object = object> = new () => T;

/** The `data` of a route's successful response. */
export interface Success {
  readonly status: 200 | 201;
  readonly description: string;
  /** Null if there is no data. */
  readonly data: DtoClass | null;
  readonly isList?: true;
}

interface RouteBase<Body extends object, Query extends object, Params extends object> {
  readonly method: Method;
  /** In Express syntax: `/api/events/:event_id`. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  /** Details that the summary leaves out. */
  readonly description: string;
  /** The rate limit of the route, applied if rate limits are on. */
  readonly limit?: LimitName;
  /**
   * Whose share of the database connections the handler uses. Left out by routes that go through the
   * executor or a batched reader, or that hash a password and take a share for their writes only.
   */
  readonly share?: Share;
  readonly body?: DtoClass<Body>;
  readonly query?: DtoClass<Query>;
  readonly params?: DtoClass<Params>;
  readonly success: Success;
  /** In addition to the codes of every route of its kind. */
  readonly errors?: readonly ErrorCode[];
}

/** Needs no authentication. */
export interface PublicRoute<
  Body extends object = object,
  Query extends object = object,
  Params extends object = object,
> extends RouteBase<Body, Query, Params> {
  readonly access: 'public';
  handle(
    services: Services,
    request: ApiRequest<Body, Query, Params>,
  ): Promise<Answer | CommandAnswer>;
}

/** Needs a role that has the permission. */
export interface ProtectedRoute<
  Body extends object = object,
  Query extends object = object,
  Params extends object = object,
> extends RouteBase<Body, Query, Params> {
  readonly access: Permission;
  /** Whether the caller may make this request, as far as that can be decided without a row. */
  mayAsk?(
    actor: Actor,
    request: ApiRequest<NoInfer<Body>, NoInfer<Query>, NoInfer<Params>>,
  ): boolean;
  /** Accepts an Idempotency-Key. */
  readonly isIdempotent?: true;
  /**
   * Reads the event before the handler runs, and rejects the request if the event does not exist
   * or, with `onSale`, if its tickets are not on sale.
   */
  readonly availability?: 'existing' | 'onSale';
  handle(
    services: Services,
    request: ActorRequest<Body, Query, Params>,
  ): Promise<Answer | CommandAnswer>;
}

/** A route as data: binding, permissions, documentation and tests all read it. */
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
