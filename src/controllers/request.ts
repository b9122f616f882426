import type { EventFacts } from '../domain/inventory-state';
import type { Actor } from '../domain/rights';
import type { IdempotencyKey } from '../inventory/idempotency';

/** A request once everything about it has been checked that needs no decision. */
export interface ApiRequest<Body = unknown, Query = unknown, Params = unknown> {
  readonly requestId: string;
  /** When it arrived, on the `performance.now()` clock. */
  readonly startedAt: number;
  readonly body: Body;
  readonly query: Query;
  readonly params: Params;
  readonly idempotencyKey: IdempotencyKey | undefined;
}

/** A request of somebody who is logged in. */
export interface ActorRequest<Body = unknown, Query = unknown, Params = unknown> extends ApiRequest<
  Body,
  Query,
  Params
> {
  readonly actor: Actor;
  /** The event as the availability check has read it, on routes that have one. */
  readonly event: EventFacts | undefined;
}
