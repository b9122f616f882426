import type { Request, RequestHandler, Response } from 'express';
import type { ActorRequest } from '../controllers/request';
import type { EventFacts } from '../domain/inventory-state';
import type { Actor } from '../domain/rights';
import type { IdempotencyKey } from '../inventory/idempotency';

/** What the middlewares of a route find out about a request, for those behind them. */
export interface Locals {
  requestId: string;
  /** When it came, on the `performance.now()` clock. */
  startedAt: number;
  /** The pattern of the matched route, for metrics. */
  route?: string;
  actor?: Actor;
  body: object;
  query: object;
  params: object;
  idempotencyKey?: IdempotencyKey | undefined;
  event?: EventFacts;
  /** What is to be done once the request has succeeded, before its answer is sent. */
  beforeSuccess?: () => Promise<void>;
}

/** The request as handlers and policies see it. Behind `validate`, all of it is there. */
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

/** Express has no types for locals of its own middlewares; this is the one place that says so. */
export function asRequestHandler(handler: ApiHandler): RequestHandler {
  return handler as unknown as RequestHandler;
}
