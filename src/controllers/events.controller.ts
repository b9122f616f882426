import type { EventSettings } from '../domain/inventory-state';
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

/** A field that was not sent is undefined. */
function settingsIn(body: UpdateEventBody): Partial<EventSettings> {
  return {
    name: body.event_name,
    totalTickets: body.total_tickets,
    maxTicketsPerUser: body.max_tickets_per_user,
    startsAt: momentIn(body.starts_at),
    saleStartsAt: momentIn(body.sale_starts_at),
    saleEndsAt: momentIn(body.sale_ends_at),
    metadata: body.metadata && JSON.stringify(body.metadata),
  };
}

function momentIn(text: string | null | undefined): Date | null | undefined {
  return text ? new Date(text) : (text as null | undefined);
}

function newSettingsIn(body: CreateEventBody): EventSettings {
  const settings = settingsIn(body);
  return {
    name: body.event_name,
    totalTickets: body.total_tickets,
    maxTicketsPerUser: settings.maxTicketsPerUser ?? null,
    startsAt: settings.startsAt ?? null,
    saleStartsAt: settings.saleStartsAt ?? null,
    saleEndsAt: settings.saleEndsAt ?? null,
    metadata: settings.metadata ?? null,
  };
}

export function create(
  { events }: Services,
  request: ActorRequest<CreateEventBody>,
): Promise<CommandAnswer> {
  return events.create(newSettingsIn(request.body), request, request.idempotencyKey);
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
  const { actor, params, query, body } = request;
  const command = { kind: 'update-event', ...settingsIn(body), actor } as const;
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
