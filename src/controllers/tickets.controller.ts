import type { TicketsBooked, TicketsCancelled } from '../domain/outcomes';
import type { BookingParams } from '../dtos/common.dto';
import type { BookTicketsBody, CancelTicketsBody, ListTicketsQuery } from '../dtos/tickets.dto';
import type { Replay } from '../inventory/idempotency';
import { presentAvailability } from '../presenters/events.presenter';
import {
  presentBooking,
  presentBookingResult,
  presentCancellation,
  presentListedBooking,
} from '../presenters/tickets.presenter';
import { created, idempotently, ok, pageAnswer, type Answer } from './answer';
import type { ActorRequest } from './request';
import type { Services } from './services';

const BOOKED_MESSAGES: Readonly<Record<TicketsBooked['outcome'], string>> = {
  booked: 'All tickets booked',
  partially_booked: 'Some tickets booked, the rest are on the waitlist',
  waitlisted: 'Sold out: you are on the waitlist',
};

const bookedAnswer = (booked: TicketsBooked): Answer =>
  created(BOOKED_MESSAGES[booked.outcome], presentBookingResult(booked));
const cancelledAnswer = (cancelled: TicketsCancelled): Answer =>
  ok('Tickets cancelled', presentCancellation(cancelled));

export function book(
  { commands }: Services,
  request: ActorRequest<BookTicketsBody>,
): Promise<Answer | Replay> {
  const { actor, body } = request;
  const { event_id, additionalUsers, quantity = 1 + additionalUsers.length } = body;
  const userId = body.user_id ?? actor.id;
  const command = { kind: 'book', bookedBy: actor.id, userId, additionalUsers, quantity } as const;
  return idempotently(request, bookedAnswer, (idempotent) =>
    commands.perform(event_id, command, request, { idempotent }),
  );
}

export function cancel(
  { commands, tickets }: Services,
  request: ActorRequest<CancelTicketsBody>,
): Promise<Answer | Replay> {
  const { actor, body } = request;
  const { event_id: eventId = null, quantity = null } = body;
  const holderId = body.user_id ?? actor.id;
  const bookingIds = body.booking_ids ?? (body.booking_id === undefined ? [] : [body.booking_id]);
  return idempotently(request, cancelledAnswer, (idempotent) =>
    bookingIds.length === 0 && eventId !== null
      ? commands.perform(eventId, { kind: 'cancel-held', holderId, quantity }, request, {
          idempotent,
        })
      : tickets.cancelBookings(bookingIds, { eventId }, request, idempotent),
  );
}

export function available(_services: Services, { event }: ActorRequest): Promise<Answer> {
  if (!event) throw new Error('This route needs the availability check');
  return Promise.resolve({
    ...ok('Available tickets', presentAvailability(event)),
    headers: { ETag: `"${String(event.id)}-${String(event.version)}"` },
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
