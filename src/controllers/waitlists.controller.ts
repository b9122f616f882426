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
import {
  created,
  idempotently,
  ok,
  pageAnswer,
  type ActorRequest,
  type Answer,
  type Services,
} from './controller';

const joinedAnswer = (joined: WaitlistJoined): Answer =>
  created('On the waitlist', presentEntry(joined));
const leftAnswer = (_left: WaitlistLeft): Answer => ok('Off the waitlist', null);

export function join(
  { waitlists }: Services,
  request: ActorRequest<JoinWaitlistBody>,
): Promise<Answer | Replay> {
  const { event_id: eventId, quantity, user_id } = request.body;
  const wish = { eventId, quantity, userId: user_id ?? request.actor.id };
  return idempotently(request, joinedAnswer, (once) =>
    waitlists.join(request.actor, wish, request, once),
  );
}

export async function lower(
  { waitlists }: Services,
  request: ActorRequest<LowerWaitlistBody, unknown, EventParams>,
): Promise<Answer> {
  const wish = { eventId: request.params.event_id, quantity: request.body.quantity };
  return ok(
    'Waitlist entry lowered',
    presentEntry(await waitlists.lower(request.actor, wish, request)),
  );
}

export function leave(
  { waitlists }: Services,
  request: ActorRequest<unknown, LeaveWaitlistQuery, EventParams>,
): Promise<Answer | Replay> {
  const userId = request.query.user_id ?? request.actor.id;
  const wish = { eventId: request.params.event_id, userId };
  return idempotently(request, leftAnswer, (once) =>
    waitlists.leave(request.actor, wish, request, once),
  );
}

export async function prioritize(
  { waitlists }: Services,
  request: ActorRequest<PrioritizeBody, unknown, EntryParams>,
): Promise<Answer> {
  const { priority, reason } = request.body;
  const wish = { entryId: request.params.entry_id, priority, reason };
  return ok(
    'Priority changed',
    presentEntry(await waitlists.prioritize(request.actor, wish, request)),
  );
}

export async function list(
  { waitlists }: Services,
  { actor, query }: ActorRequest<unknown, ListWaitlistQuery>,
): Promise<Answer> {
  const { limit, after, event_id: eventId, user_id: userId } = query;
  const page = await waitlists.list(actor, { limit, after, eventId, userId });
  return pageAnswer('Waitlist', query, page, presentListedEntry);
}
