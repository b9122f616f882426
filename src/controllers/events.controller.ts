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
import { created, idempotently, ok, pageAnswer, type Answer } from './answer';
import type { ActorRequest } from './request';
import type { Services } from './services';

const createdAnswer = (event: EventFacts): Answer => created('Event created', presentEvent(event));
const updatedAnswer = ({ event }: EventUpdated): Answer => ok('Event changed', presentEvent(event));
const dryRunAnswer = (updated: EventUpdated): Answer =>
  ok('Dry run: nothing was changed', presentDryRun(updated));
const cancelledAnswer = ({ event }: EventUpdated): Answer =>
  ok('Event cancelled', presentEvent(event));

export function create(
  { events }: Services,
  request: ActorRequest<CreateEventBody>,
): Promise<Answer | Replay> {
  const { event_name: name, total_tickets: totalTickets, max_tickets_per_user } = request.body;
  const event = { name, totalTickets, maxTicketsPerUser: max_tickets_per_user ?? null };
  return idempotently(request, createdAnswer, (idempotent) =>
    events.create(event, request, idempotent),
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
  { commands }: Services,
  request: ActorRequest<UpdateEventBody, UpdateEventQuery, EventParams>,
): Promise<Answer | Replay> {
  const { event_name: name, total_tickets: totalTickets, max_tickets_per_user } = request.body;
  const { actor, params, query } = request;
  const change = { name, totalTickets, maxTicketsPerUser: max_tickets_per_user };
  const command = { kind: 'update-event', ...change, actor } as const;
  const isDryRun = query.dry_run === true;
  return idempotently(request, isDryRun ? dryRunAnswer : updatedAnswer, (idempotent) =>
    commands.perform(params.event_id, command, request, {
      isDryRun,
      // A dry run has no effect, so there is no transaction to store its answer in.
      idempotent: isDryRun ? undefined : idempotent,
    }),
  );
}

export function cancel(
  { commands }: Services,
  request: ActorRequest<unknown, unknown, EventParams>,
): Promise<Answer | Replay> {
  const { actor, params } = request;
  return idempotently(request, cancelledAnswer, (idempotent) =>
    commands.perform(params.event_id, { kind: 'cancel-event', actor }, request, { idempotent }),
  );
}

export async function mine(
  { myEventReader }: Services,
  { actor, params }: ActorRequest<unknown, unknown, EventParams>,
): Promise<Answer> {
  const mine = await myEventReader.find(actor.id, params.event_id);
  return ok('Your status for this event', presentMyEvent(mine));
}
