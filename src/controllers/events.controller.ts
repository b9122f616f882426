import type { EventParams } from '../dtos/common.dto';
import type {
  CreateEventBody,
  ListEventsQuery,
  UpdateEventBody,
  UpdateEventQuery,
} from '../dtos/events.dto';
import type { CommandAnswer } from '../inventory/command-request';
import { presentEvent, presentEventStatus, presentMyEvent } from '../presenters/events.presenter';
import { ok, pageAnswer, type Answer } from '../presenters/answer';
import type { ActorRequest } from './request';
import type { Services } from './services';

export function create(
  { events }: Services,
  request: ActorRequest<CreateEventBody>,
): Promise<CommandAnswer> {
  const { event_name: name, total_tickets: totalTickets, max_tickets_per_user } = request.body;
  const event = { name, totalTickets, maxTicketsPerUser: max_tickets_per_user ?? null };
  return events.create(event, request, request.idempotencyKey);
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
): Promise<CommandAnswer> {
  const { event_name: name, total_tickets: totalTickets, max_tickets_per_user } = request.body;
  const { actor, params, query } = request;
  const change = { name, totalTickets, maxTicketsPerUser: max_tickets_per_user };
  const command = { kind: 'update-event', ...change, actor } as const;
  const isDryRun = query.dry_run === true;
  return commands.perform(params.event_id, command, request, {
    isDryRun,
    // A dry run has no effect, so there is no transaction to store its answer in.
    idempotencyKey: isDryRun ? undefined : request.idempotencyKey,
  });
}

export function cancel(
  { commands }: Services,
  request: ActorRequest<unknown, unknown, EventParams>,
): Promise<CommandAnswer> {
  const { actor, params, idempotencyKey } = request;
  const command = { kind: 'cancel-event', actor } as const;
  return commands.perform(params.event_id, command, request, { idempotencyKey });
}

export async function mine(
  { myEventReader }: Services,
  { actor, params }: ActorRequest<unknown, unknown, EventParams>,
): Promise<Answer> {
  const mine = await myEventReader.find(actor.id, params.event_id);
  return ok('Your status for this event', presentMyEvent(mine));
}
