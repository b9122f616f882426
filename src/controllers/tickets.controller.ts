import type { BookingParams } from '../dtos/common.dto';
import type { BookTicketsBody, CancelTicketsBody, ListTicketsQuery } from '../dtos/tickets.dto';
import type { CommandAnswer } from '../inventory/command-request';
import { presentAvailability } from '../presenters/events.presenter';
import { presentBooking, presentListedBooking } from '../presenters/tickets.presenter';
import { ok, pageAnswer, type Answer } from '../presenters/answer';
import type { ActorRequest } from './request';
import type { Services } from './services';

export function book(
  { commands }: Services,
  request: ActorRequest<BookTicketsBody>,
): Promise<CommandAnswer> {
  const { actor, body, idempotencyKey } = request;
  const { event_id, additionalUsers, quantity = 1 + additionalUsers.length } = body;
  const userId = body.user_id ?? actor.id;
  const wish = { userId, additionalUsers, quantity, ifShort: body.if_short };
  const command = { kind: 'book', bookedBy: actor.id, ...wish } as const;
  return commands.perform(event_id, command, request, { idempotencyKey });
}

export function cancel(
  { commands, tickets }: Services,
  request: ActorRequest<CancelTicketsBody>,
): Promise<CommandAnswer> {
  const { actor, body, idempotencyKey } = request;
  const { event_id: eventId = null, quantity = null } = body;
  const holderId = body.user_id ?? actor.id;
  const bookingIds = body.booking_ids ?? (body.booking_id === undefined ? [] : [body.booking_id]);
  if (bookingIds.length > 0 || eventId === null) {
    return tickets.cancelBookings(bookingIds, { eventId }, request, idempotencyKey);
  }
  const command = { kind: 'cancel-held', holderId, quantity } as const;
  return commands.perform(eventId, command, request, { idempotencyKey });
}

export function available(_services: Services, { event }: ActorRequest): Promise<Answer> {
  if (!event) throw new Error('This route needs the availability check');
  const availability = presentAvailability(event);
  const { event_id, version, sale_status } = availability;
  return Promise.resolve({
    ...ok('Available tickets', availability),
    // The sale begins and ends by the clock, without a new version.
    headers: { ETag: `"${String(event_id)}-${String(version)}-${sale_status}"` },
  });
}

export async function list(
  { tickets }: Services,
  { actor, query }: ActorRequest<unknown, ListTicketsQuery>,
): Promise<Answer> {
  const { limit, after, event_id: eventId, status } = query;
  const page = await tickets.list(actor, { limit, after, eventId, status });
  return pageAnswer('Your tickets', query, page, presentListedBooking);
}

export async function find(
  { tickets }: Services,
  { actor, params }: ActorRequest<unknown, unknown, BookingParams>,
): Promise<Answer> {
  return ok('Ticket', presentBooking(await tickets.find(actor, params.booking_id)));
}
