import { LISTED_TICKETS_MAX } from '../domain/pieces';
import type { TicketsBooked, TicketsCancelled } from '../domain/outcomes';
import type {
  BookingDto,
  BookingResultDto,
  CancellationDto,
  ListedBookingDto,
} from '../dtos/tickets.dto';
import type { ListedTicket, TicketOfEvent } from '../services/tickets.service';

export function presentBooking({ eventId, ticket }: TicketOfEvent): BookingDto {
  if (ticket.bookingId === null) throw new Error('Only written tickets are presented');
  return {
    id: ticket.bookingId,
    event_id: eventId,
    ticket_no: ticket.ticketNo,
    user_id: ticket.holderId,
    booked_by: ticket.bookedBy,
    status: ticket.status,
    createdAt: ticket.createdAt.toISOString(),
    updatedAt: ticket.updatedAt.toISOString(),
  };
}

export function presentListedBooking(listed: ListedTicket): ListedBookingDto {
  const starts_at = listed.startsAt && listed.startsAt.toISOString();
  return { ...presentBooking(listed), event_name: listed.eventName, starts_at };
}

export function presentBookingResult(booked: TicketsBooked): BookingResultDto {
  return {
    outcome: booked.outcome,
    event_id: booked.eventId,
    bookings: booked.tickets.map((ticket) => presentBooking({ eventId: booked.eventId, ticket })),
    waitlisted: booked.waitlisted.map(({ userId, quantity, position }) => ({
      user_id: userId,
      quantity,
      position,
    })),
    available_tickets: booked.availableTickets,
    version: booked.version,
  };
}

export function presentCancellation(cancelled: TicketsCancelled): CancellationDto {
  const { eventId } = cancelled;
  return {
    event_id: eventId,
    cancelled: cancelled.tickets
      .slice(0, LISTED_TICKETS_MAX)
      .map((ticket) => presentBooking({ eventId, ticket })),
    cancelled_count: cancelled.count,
    reassigned: cancelled.reassigned,
    ended_entries: [...cancelled.endedEntries],
    available_tickets: cancelled.availableTickets,
    version: cancelled.version,
  };
}
