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
  summary: 'How many tickets an event has left',
  description: 'Never stale, and cheap: send `If-None-Match` and get 304 while nothing changed.',
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
    summary: 'Book tickets, and wait for those that are not there',
    description:
      'Gives out what there is, one ticket to each person first, and puts the rest on the ' +
      'waitlist, in one transaction. All of this is 201: look at `outcome`. While anyone waits, ' +
      'newcomers go behind them.',
    isIdempotent: true,
    availability: 'active',
    body: BookTicketsBody,
    success: { status: 201, description: 'What became of the booking', data: BookingResultDto },
    errors: [
      'EVENT_NOT_FOUND',
      'EVENT_CANCELLED',
      'USER_NOT_FOUND',
      'TICKET_LIMIT_REACHED',
      'ALREADY_WAITLISTED',
    ],
    handle: ticketsController.book,
  }),
  protectedRoute({
    method: 'post',
    path: '/api/tickets/cancel',
    tag: 'Tickets',
    access: 'tickets:cancel',
    mayAsk: forOneself,
    summary: 'Cancel tickets; the waitlist moves up at once',
    description:
      'By `event_id`: all tickets that the caller holds for it, or the last `quantity` of them. ' +
      'By `booking_id` or `booking_ids`: these, for their holder, who booked them, the organizer ' +
      'and admins. All or none.',
    isIdempotent: true,
    body: CancelTicketsBody,
    success: { status: 200, description: 'What was cancelled', data: CancellationDto },
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
    tag: 'Tickets',
    access: 'tickets:read',
    summary: 'The tickets that the caller holds or has booked',
    description:
      'In pages, by id, each with the name of its event; cancelled ones too, unless `status` says ' +
      'otherwise.',
    query: ListTicketsQuery,
    success: { status: 200, description: 'Tickets by id', data: ListedBookingDto, isList: true },
    handle: ticketsController.list,
  }),
  protectedRoute({
    method: 'get',
    path: '/api/tickets/:booking_id',
    tag: 'Tickets',
    access: 'tickets:read',
    summary: 'One ticket',
    description: 'For its holder, who booked it, the event’s organizer and admins.',
    params: BookingParams,
    success: { status: 200, description: 'The ticket', data: BookingDto },
    errors: ['BOOKING_NOT_FOUND'],
    handle: ticketsController.find,
  }),
];
