import type { EventFacts } from '../domain/inventory-state';
import { Replay, type KeyScope, type IdempotentRequest, type StoredAnswer } from '../inventory/idempotency';
import type { Actor } from '../policies/permissions';
import type { AuditService } from '../services/audit.service';
import type { AuthService } from '../services/auth.service';
import type { EventReader } from '../services/event-reader';
import type { EventsService } from '../services/events.service';
import type { ReconcileService } from '../services/reconcile.service';
import type { MyEventReader } from '../services/my-event-reader';
import type { Page } from '../services/pages';
import type { TicketsService } from '../services/tickets.service';
import type { UsersService } from '../services/users.service';
import type { WaitlistsService } from '../services/waitlists.service';

/** What controllers call. */
export interface Services {
  readonly auth: AuthService;
  readonly users: UsersService;
  readonly events: EventsService;
  readonly eventReader: EventReader;
  readonly myEvents: MyEventReader;
  readonly tickets: TicketsService;
  readonly waitlists: WaitlistsService;
  readonly ledger: ReconcileService;
  readonly audit: AuditService;
}

/** A request that carries an Idempotency-Key. */
export interface IdempotencyKey extends KeyScope {
  readonly fingerprint: string;
}

/** A request once everything about it has been checked that needs no decision. */
export interface ApiRequest<Body = unknown, Query = unknown, Params = unknown> {
  readonly requestId: string;
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
  /** What the availability check has seen, on routes that have one. */
  readonly event: EventFacts | undefined;
}

/** A success, to be put into the envelope. */
export interface Answer {
  readonly status: 200 | 201;
  readonly message: string;
  readonly data: unknown;
  readonly meta?: { readonly limit: number; readonly next: string | null };
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(message: string, data: unknown): Answer {
  return { status: 200, message, data };
}

export function created(message: string, data: unknown): Answer {
  return { status: 201, message, data };
}

export function pageAnswer<Row>(
  message: string,
  { limit }: { readonly limit: number },
  page: Page<Row>,
  present: (row: Row) => object,
): Answer {
  return {
    ...ok(
      message,
      page.rows.map((row) => present(row)),
    ),
    meta: { limit, next: page.next },
  };
}

/** The JSON that an answer is sent as, and stored as for a replay. */
export function envelopeOf({ status, message, data, meta }: Answer): object {
  return meta === undefined
    ? { statusCode: status, message, data }
    : { statusCode: status, message, data, meta };
}

/**
 * Runs a request that may carry an Idempotency-Key. With one, the answer is made in the transaction
 * of the effect and stored there; a repeated request is answered with what was stored.
 */
export async function idempotently<Result extends object>(
  { idempotencyKey }: ApiRequest,
  present: (result: Result) => Answer,
  work: (once: IdempotentRequest<Result> | undefined) => Promise<Result | Replay>,
): Promise<Answer | Replay> {
  const answer = (result: Result): StoredAnswer => {
    const presented = present(result);
    return { status: presented.status, body: JSON.stringify(envelopeOf(presented)) };
  };
  const result = await work(idempotencyKey && { ...idempotencyKey, answer });
  return result instanceof Replay ? result : present(result);
}
