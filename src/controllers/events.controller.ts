import type { EventFacts } from '../domain/inventory-state';
import type { EventUpdated } from '../domain/outcomes';
import type { EventParams } from '../dtos/common.dto';
import type {
  CreateEventBody,
  ListEventsQuery,
  UpdateEventBody,
  UpdateEventQuery,
} from '../dtos/events.dto';
import type { Replay } from '../inventory/idempotency';
import {
  presentDryRun,
  presentEvent,
  presentEventStatus,
  presentMyEvent,
} from '../presenters/events.presenter';
import {
  created,
  idempotently,
  ok,
  pageAnswer,
  type ActorRequest,
  type Answer,
  type Services,
} from './controller';

const createdAnswer = (event: EventFacts): Answer => created('Event created', presentEvent(event));
const updatedAnswer = ({ event }: EventUpdated): Answer => ok('Event changed', presentEvent(event));
const dryRunAnswer = (updated: EventUpdated): Answer =>
  ok('This is what would happen; nothing was changed', presentDryRun(updated));
const cancelledAnswer = ({ event }: EventUpdated): Answer =>
  ok('Event cancelled', presentEvent(event));

export function create(
  { events }: Services,
  request: ActorRequest<CreateEventBody>,
): Promise<Answer | Replay> {
  const { event_name: name, total_tickets: totalTickets, max_tickets_per_user } = request.body;
  const wish = { name, totalTickets, maxTicketsPerUser: max_tickets_per_user ?? null };
  return idempotently(request, createdAnswer, (once) =>
    events.create(request.actor, wish, request, once),
  );
}

export async function status(
  { eventReader }: Services,
  { params }: ActorRequest<unknown, unknown, EventParams>,
): Promise<Answer> {
  return ok('Event', presentEventStatus(await eventReader.find(params.event_id)));
}

export async function list(
  { events }: Services,
  { query }: ActorRequest<unknown, ListEventsQuery>,
): Promise<Answer> {
  return pageAnswer('Events', query, await events.list(query), presentEvent);
}

export function update(
  { events }: Services,
  request: ActorRequest<UpdateEventBody, UpdateEventQuery, EventParams>,
): Promise<Answer | Replay> {
  const { event_name: name, total_tickets: totalTickets, max_tickets_per_user } = request.body;
  const wish = {
    eventId: request.params.event_id,
    change: { name, totalTickets, maxTicketsPerUser: max_tickets_per_user },
    isDryRun: request.query.dry_run === true,
  };
  const present = wish.isDryRun ? dryRunAnswer : updatedAnswer;
  return idempotently(request, present, (once) =>
    // A dry run has no effect that an answer could be stored with.
    events.update(request.actor, wish, request, wish.isDryRun ? undefined : once),
  );
}

export function cancel(
  { events }: Services,
  request: ActorRequest<unknown, unknown, EventParams>,
): Promise<Answer | Replay> {
  return idempotently(request, cancelledAnswer, (once) =>
    events.cancel(request.actor, request.params.event_id, request, once),
  );
}

export async function mine(
  { myEvents }: Services,
  { actor, params }: ActorRequest<unknown, unknown, EventParams>,
): Promise<Answer> {
  return ok('You and this event', presentMyEvent(await myEvents.find(actor, params.event_id)));
}
