import type { TicketsBooked, TicketsCancelled } from '../domain/outcomes';
import type { BookingParams } from '../dtos/common.dto';
import type { BookTicketsBody, CancelTicketsBody, ListTicketsQuery } from '../dtos/tickets.dto';
import type { Replay } from '../inventory/idempotency';
import { presentAvailability } from '../presenters/events.presenter';
import {
  presentBooking,
  presentBookingResult,
  presentCancellation,
} from '../presenters/tickets.presenter';
import {
  created,
  idempotently,
  ok,
  pageAnswer,
  type ActorRequest,
  type Answer,
  type Services,
} from './controller';

const BOOKED_MESSAGES: Readonly<Record<TicketsBooked['result'], string>> = {
  booked: 'All tickets booked',
  partially_booked: 'Some tickets booked, the rest is on the waitlist',
  waitlisted: 'Sold out: on the waitlist',
};

const bookedAnswer = (booked: TicketsBooked): Answer =>
  created(BOOKED_MESSAGES[booked.result], presentBookingResult(booked));
const cancelledAnswer = (cancelled: TicketsCancelled): Answer =>
  ok('Tickets cancelled', presentCancellation(cancelled));

export function book(
  { tickets }: Services,
  request: ActorRequest<BookTicketsBody>,
): Promise<Answer | Replay> {
  const { event_id: eventId, additionalUsers, quantity, user_id } = request.body;
  const wish = {
    eventId,
    userId: user_id ?? request.actor.id,
    additionalUsers,
    quantity: quantity ?? 1 + additionalUsers.length,
  };
  return idempotently(request, bookedAnswer, (once) =>
    tickets.book(request.actor, wish, request, once),
  );
}

export function cancel(
  { tickets }: Services,
  request: ActorRequest<CancelTicketsBody>,
): Promise<Answer | Replay> {
  const { actor, body } = request;
  const holderId = body.user_id ?? actor.id;
  const bookingIds = body.booking_ids ?? (body.booking_id === undefined ? [] : [body.booking_id]);
  return idempotently(request, cancelledAnswer, (once) =>
    bookingIds.length === 0 && body.event_id !== undefined
      ? tickets.cancelHeld(
          actor,
          { eventId: body.event_id, holderId, quantity: body.quantity ?? null },
          request,
          once,
        )
      : tickets.cancelBookings(
          actor,
          { bookingIds, eventId: body.event_id ?? null },
          request,
          once,
        ),
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
  return pageAnswer('Your tickets', query, page, presentBooking);
}

export async function find(
  { tickets }: Services,
  { actor, params }: ActorRequest<unknown, unknown, BookingParams>,
): Promise<Answer> {
  return ok('Ticket', presentBooking(await tickets.find(actor, params.booking_id)));
}
