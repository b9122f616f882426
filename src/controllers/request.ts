import type { Credential } from '../auth/credential';
import type { EventSnapshot } from '../domain/inventory-state';
import type { Actor } from '../domain/rights';
import type { IdempotencyKey } from '../inventory/idempotency';

/** A request that has passed every check that needs no domain decision. */
export interface ApiRequest<Body = unknown, Query = unknown, Params = unknown> {
  readonly requestId: string;
  /** When it arrived, on the `performance.now()` clock. */
  readonly startedAt: number;
  readonly body: Body;
  readonly query: Query;
  readonly params: Params;
  readonly idempotencyKey: IdempotencyKey | undefined;
}

/** A request from a logged-in user. */
export interface ActorRequest<Body = unknown, Query = unknown, Params = unknown> extends ApiRequest<
  Body,
  Query,
  Params
> {
  readonly actor: Actor;
  readonly credential: Credential;
  /** The event as the availability check read it, on routes with that check. */
  readonly event: EventSnapshot | undefined;
}
