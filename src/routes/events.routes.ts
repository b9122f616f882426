import * as eventsController from '../controllers/events.controller';
import { EventParams } from '../dtos/common.dto';
import {
  CreateEventBody,
  EventDto,
  EventStatusDto,
  ListEventsQuery,
  UpdatedEventDto,
  UpdateEventBody,
  UpdateEventQuery,
} from '../dtos/events.dto';
import { MyEventDto } from '../dtos/my-event.dto';
import { protectedRoute, type Route } from '../controllers/route';

const eventStatus = {
  method: 'get',
  tag: 'Events',
  access: 'events:read',
  summary: 'Get an event and the length of its waitlist',
  description: 'Also returns cancelled events.',
  params: EventParams,
  success: { status: 200, description: 'The event', data: EventStatusDto },
  errors: ['EVENT_NOT_FOUND'],
  handle: eventsController.status,
} as const;

export const eventsRoutes: readonly Route[] = [
  protectedRoute({
    method: 'post',
    path: '/api/events/initialize',
    tag: 'Events',
    access: 'events:create',
    limit: 'events',
    summary: 'Create an event',
    description:
      'The caller becomes its organizer. Tickets can be booked from `sale_starts_at` until ' +
      '`sale_ends_at`, by the clock of the database; without them, at once and without an end.',
    isIdempotent: true,
    body: CreateEventBody,
    success: { status: 201, description: 'The new event', data: EventDto },
    errors: ['EVENT_NAME_TAKEN'],
    handle: eventsController.create,
  }),
  protectedRoute({
    method: 'get',
    path: '/api/events',
    share: 'longReads',
    tag: 'Events',
    access: 'events:read',
    limit: 'lists',
    summary: 'List events',
    description:
      'Paged and ordered by id. Includes cancelled events unless `status` excludes them.',
    query: ListEventsQuery,
    success: { status: 200, description: 'Events, ordered by id', data: EventDto, isList: true },
    handle: eventsController.list,
  }),
  protectedRoute({ ...eventStatus, path: '/api/events/:event_id' }),
  protectedRoute({
    method: 'patch',
    path: '/api/events/:event_id',
    tag: 'Events',
    access: 'events:manage',
    limit: 'events',
    summary: 'Change the name, capacity, per-person cap, times or metadata of an event',
    description:
      'For its organizer and admins. Added tickets go to the waitlist first. A field that is not ' +
      'sent stays as it is; null clears it. A later start of the sale takes no tickets away. With ' +
      '`?dry_run=true` the answer shows what would happen, and nothing changes.',
    isIdempotent: true,
    body: UpdateEventBody,
    query: UpdateEventQuery,
    params: EventParams,
    success: { status: 200, description: 'The changed event', data: UpdatedEventDto },
    errors: ['EVENT_NOT_FOUND', 'EVENT_CANCELLED', 'EVENT_NAME_TAKEN', 'CAPACITY_BELOW_BOOKED'],
    handle: eventsController.update,
  }),
  protectedRoute({ ...eventStatus, path: '/api/events/status/:event_id' }),
  protectedRoute({
    method: 'get',
    path: '/api/events/:event_id/me',
    tag: 'Tickets',
    access: 'events:read',
    limit: 'profiles',
    summary: "Get the caller's status for an event",
    description:
      'Tickets held, position in the queue, tickets ahead, and the actions allowed next.',
    params: EventParams,
    success: { status: 200, description: "The caller's status for the event", data: MyEventDto },
    errors: ['EVENT_NOT_FOUND'],
    handle: eventsController.mine,
  }),
  protectedRoute({
    method: 'post',
    path: '/api/events/:event_id/cancel',
    tag: 'Cancellation',
    access: 'events:manage',
    limit: 'events',
    summary: 'Cancel an event permanently',
    description:
      'For its organizer and admins. Cancels every active booking and empties the waitlist.',
    isIdempotent: true,
    params: EventParams,
    success: { status: 200, description: 'The cancelled event', data: EventDto },
    errors: ['EVENT_NOT_FOUND', 'EVENT_CANCELLED'],
    handle: eventsController.cancel,
  }),
];
