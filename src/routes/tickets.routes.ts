import * as ticketsController from '../controllers/tickets.controller';
import { BookingParams, EventParams } from '../dtos/common.dto';
import { AvailabilityDto } from '../dtos/events.dto';
import {
  BookingDto,
  BookingResultDto,
  BookTicketsBody,
  CancellationDto,
  CancelTicketsBody,
  ListedBookingDto,
  ListTicketsQuery,
} from '../dtos/tickets.dto';
import { forOneself } from '../policies/accounts.policy';
import { protectedRoute, type Route } from '../controllers/route';

const availableTickets = {
  method: 'get',
  tag: 'Tickets',
  access: 'tickets:read',
  summary: 'Get the number of available tickets',
  description: 'Always current. Send `If-None-Match` to get 304 while nothing has changed.',
  availability: 'existing',
  params: EventParams,
  success: { status: 200, description: 'The availability', data: AvailabilityDto },
  errors: ['EVENT_NOT_FOUND'],
  handle: ticketsController.available,
} as const;

export const ticketsRoutes: readonly Route[] = [
  protectedRoute({
    method: 'post',
    path: '/api/tickets/book',
    tag: 'Tickets',
    access: 'tickets:book',
    mayAsk: forOneself,
    limit: 'booking',
    summary: 'Book tickets, and join the waitlist for the rest',
    description:
      'One transaction gives out the available tickets, one to each person first, and puts the ' +
      'rest on the waitlist; `if_short` can ask for less or for all of them. Every outcome is 201: read `outcome`. While anyone waits, new ' +
      'bookings wait behind them.',
    isIdempotent: true,
    availability: 'onSale',
    body: BookTicketsBody,
    success: { status: 201, description: 'The outcome of the booking', data: BookingResultDto },
    errors: [
      'EVENT_NOT_FOUND',
      'EVENT_CANCELLED',
      'SALE_NOT_STARTED',
      'SALE_ENDED',
      'USER_NOT_FOUND',
      'TICKET_LIMIT_REACHED',
      'NOT_ENOUGH_TICKETS',
      'ALREADY_WAITLISTED',
    ],
    handle: ticketsController.book,
  }),
  protectedRoute({
    method: 'post',
    path: '/api/tickets/cancel',
    tag: 'Cancellation',
    access: 'tickets:cancel',
    mayAsk: forOneself,
    limit: 'cancelling',
    summary: 'Cancel tickets; the waitlist moves up immediately',
    description:
      'By `event_id`: all tickets that the caller holds for the event, or the last `quantity` of ' +
      'them. By `booking_id` or `booking_ids`: those tickets, for their holder, the person who ' +
      'booked them, the organizer and admins. Either all are cancelled or none.',
    isIdempotent: true,
    body: CancelTicketsBody,
    success: { status: 200, description: 'The cancelled tickets', data: CancellationDto },
    errors: [
      'EVENT_NOT_FOUND',
      'EVENT_CANCELLED',
      'USER_NOT_FOUND',
      'BOOKING_NOT_FOUND',
      'BOOKING_ALREADY_CANCELLED',
    ],
    handle: ticketsController.cancel,
  }),
  protectedRoute({ ...availableTickets, path: '/api/available-tickets/:event_id' }),
  protectedRoute({ ...availableTickets, path: '/api/tickets/available-tickets/:event_id' }),
  protectedRoute({
    method: 'get',
    path: '/api/tickets',
    share: 'longReads',
    tag: 'Tickets',
    access: 'tickets:read',
    limit: 'lists',
    summary: 'List the tickets that the caller holds or booked',
    description:
      'Paged and ordered by id, each with the name of its event. Includes cancelled tickets unless ' +
      '`status` excludes them.',
    query: ListTicketsQuery,
    success: {
      status: 200,
      description: 'Tickets, ordered by id',
      data: ListedBookingDto,
      isList: true,
    },
    handle: ticketsController.list,
  }),
  protectedRoute({
    method: 'get',
    path: '/api/tickets/:booking_id',
    share: 'shortReads',
    tag: 'Tickets',
    access: 'tickets:read',
    summary: 'Get a ticket',
    description: "For its holder, the person who booked it, the event's organizer and admins.",
    params: BookingParams,
    success: { status: 200, description: 'The ticket', data: BookingDto },
    errors: ['BOOKING_NOT_FOUND'],
    handle: ticketsController.find,
  }),
];
