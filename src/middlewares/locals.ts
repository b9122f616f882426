import type { Request, RequestHandler, Response } from 'express';
import type { Credential } from '../auth/credential';
import type { ActorRequest } from '../controllers/request';
import type { EventSnapshot } from '../domain/inventory-state';
import type { Actor } from '../domain/rights';
import type { IdempotencyKey } from '../inventory/idempotency';

/** What the middlewares of a route find out about a request, for the handlers after them. */
export interface Locals {
  requestId: string;
  /** When it arrived, on the `performance.now()` clock. */
  startedAt: number;
  /** The pattern of the matched route, for metrics. */
  route?: string;
  actor?: Actor;
  credential?: Credential;
  body: object;
  query: object;
  params: object;
  idempotencyKey?: IdempotencyKey | undefined;
  event?: EventSnapshot;
  /** What is to be done once the request has succeeded, before its answer is sent. */
  beforeSuccess?: () => Promise<void>;
}

/** The request as handlers and policies see it. After `validate`, it is complete. */
export function requestIn(locals: Locals): ActorRequest<object, object, object> {
  return locals as ActorRequest<object, object, object>;
}

export type ApiResponse = Response<unknown, Locals>;

/** A middleware that knows `res.locals`. Express 5 forwards its rejection to the error handler. */
export type ApiHandler = (
  request: Request,
  response: ApiResponse,
  next: () => void,
) => void | Promise<void>;

/** Express has no types for the locals of middlewares; only this function casts. */
export function asRequestHandler(handler: ApiHandler): RequestHandler {
  return handler as unknown as RequestHandler;
}
