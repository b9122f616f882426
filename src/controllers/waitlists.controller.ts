import type { WaitlistJoined, WaitlistLeft } from '../domain/outcomes';
import type { EntryParams, EventParams } from '../dtos/common.dto';
import type {
  JoinWaitlistBody,
  LeaveWaitlistQuery,
  ListWaitlistQuery,
  LowerWaitlistBody,
  PrioritizeBody,
} from '../dtos/waitlists.dto';
import type { Replay } from '../inventory/idempotency';
import { presentEntry, presentListedEntry } from '../presenters/waitlists.presenter';
import { created, idempotently, ok, pageAnswer, type Answer } from './answer';
import type { ActorRequest } from './request';
import type { Services } from './services';

const joinedAnswer = (joined: WaitlistJoined): Answer =>
  created('You are on the waitlist', presentEntry(joined));
const leftAnswer = (_left: WaitlistLeft): Answer => ok('Removed from the waitlist', null);

export function join(
  { commands }: Services,
  request: ActorRequest<JoinWaitlistBody>,
): Promise<Answer | Replay> {
  const { actor, body } = request;
  const { event_id, quantity, user_id: userId = actor.id } = body;
  const command = { kind: 'join', userId, requestedBy: actor.id, quantity } as const;
  return idempotently(request, joinedAnswer, (idempotent) =>
    commands.perform(event_id, command, request, { idempotent }),
  );
}

export async function lower(
  { waitlists }: Services,
  request: ActorRequest<LowerWaitlistBody, unknown, EventParams>,
): Promise<Answer> {
  const { params, body } = request;
  const entry = await waitlists.lower(params.event_id, body.quantity, request);
  return ok('Waitlist entry changed', presentEntry(entry));
}

export function leave(
  { commands }: Services,
  request: ActorRequest<unknown, LeaveWaitlistQuery, EventParams>,
): Promise<Answer | Replay> {
  const { actor, params, query } = request;
  const command = { kind: 'leave', userId: query.user_id ?? actor.id, actor } as const;
  return idempotently(request, leftAnswer, (idempotent) =>
    commands.perform(params.event_id, command, request, { idempotent }),
  );
}

export async function prioritize(
  { waitlists }: Services,
  request: ActorRequest<PrioritizeBody, unknown, EntryParams>,
): Promise<Answer> {
  const { params, body } = request;
  const entry = await waitlists.prioritize(params.entry_id, body, request);
  return ok('Priority changed', presentEntry(entry));
}

export async function list(
  { waitlists }: Services,
  { actor, query }: ActorRequest<unknown, ListWaitlistQuery>,
): Promise<Answer> {
  const { limit, after, event_id: eventId, user_id: userId } = query;
  const page = await waitlists.list(actor, { limit, after, eventId, userId });
  return pageAnswer('Waitlist', query, page, presentListedEntry);
}
