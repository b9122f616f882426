import type { EntryParams, EventParams } from '../dtos/common.dto';
import type {
  JoinWaitlistBody,
  LeaveWaitlistQuery,
  ListWaitlistQuery,
  LowerWaitlistBody,
  PrioritizeBody,
} from '../dtos/waitlists.dto';
import type { CommandAnswer } from '../inventory/command-request';
import { presentListedEntry } from '../presenters/waitlists.presenter';
import { pageAnswer, type Answer } from '../presenters/answer';
import type { ActorRequest } from './request';
import type { Services } from './services';

export function join(
  { commands }: Services,
  request: ActorRequest<JoinWaitlistBody>,
): Promise<CommandAnswer> {
  const { actor, body, idempotencyKey } = request;
  const { event_id, quantity, user_id: userId = actor.id } = body;
  const command = { kind: 'join', userId, requestedBy: actor.id, quantity } as const;
  return commands.perform(event_id, command, request, { idempotencyKey });
}

export function lower(
  { commands }: Services,
  request: ActorRequest<LowerWaitlistBody, unknown, EventParams>,
): Promise<CommandAnswer> {
  const { actor, params, body } = request;
  const command = { kind: 'lower', userId: actor.id, quantity: body.quantity } as const;
  return commands.perform(params.event_id, command, request);
}

export function leave(
  { commands }: Services,
  request: ActorRequest<unknown, LeaveWaitlistQuery, EventParams>,
): Promise<CommandAnswer> {
  const { actor, params, query, idempotencyKey } = request;
  const command = { kind: 'leave', userId: query.user_id ?? actor.id, actor } as const;
  return commands.perform(params.event_id, command, request, { idempotencyKey });
}

export function prioritize(
  { waitlists }: Services,
  request: ActorRequest<PrioritizeBody, unknown, EntryParams>,
): Promise<CommandAnswer> {
  const { params, body } = request;
  return waitlists.prioritize(params.entry_id, body, request);
}

export async function list(
  { waitlists }: Services,
  { actor, query }: ActorRequest<unknown, ListWaitlistQuery>,
): Promise<Answer> {
  const { limit, after, event_id: eventId, user_id: userId } = query;
  const page = await waitlists.list(actor, { limit, after, eventId, userId });
  return pageAnswer('Waitlist', query, page, presentListedEntry);
}
