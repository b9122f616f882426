import * as eventsController from '../controllers/events.controller';
import { EventParams } from '../dtos/common.dto';
import {
  CreateEventBody,
  EventDto,
  EventStatusDto,
  ListEventsQuery,
  MyEventDto,
  UpdatedEventDto,
  UpdateEventBody,
  UpdateEventQuery,
} from '../dtos/events.dto';
import { protectedRoute, type Route } from '../controllers/route';

const eventStatus = {
  method: 'get',
  tag: 'Events',
  access: 'events:read',
  summary: 'An event and how long its waitlist is',
  description: 'A cancelled event is shown too.',
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
    summary: 'Create an event',
    description: 'The caller becomes its organizer.',
    isIdempotent: true,
    body: CreateEventBody,
    success: { status: 201, description: 'The new event', data: EventDto },
    errors: ['EVENT_NAME_TAKEN'],
    handle: eventsController.create,
  }),
  protectedRoute({ ...eventStatus, path: '/api/events/:event_id' }),
  protectedRoute({ ...eventStatus, path: '/api/events/status/:event_id' }),
  protectedRoute({
    method: 'get',
    path: '/api/events',
    tag: 'Events',
    access: 'events:read',
    summary: 'All events',
    description: 'In pages, by id; cancelled ones too, unless `status` says otherwise.',
    query: ListEventsQuery,
    success: { status: 200, description: 'Events by id', data: EventDto, isList: true },
    handle: eventsController.list,
  }),
  protectedRoute({
    method: 'patch',
    path: '/api/events/:event_id',
    tag: 'Events',
    access: 'events:manage',
    summary: 'Rename, resize or cap an event',
    description:
      'For its organizer and admins. Added tickets go to the waitlist first. With ' +
      '`?dry_run=true` the answer tells what would happen, and nothing changes.',
    isIdempotent: true,
    body: UpdateEventBody,
    query: UpdateEventQuery,
    params: EventParams,
    success: { status: 200, description: 'The changed event', data: UpdatedEventDto },
    errors: ['EVENT_NOT_FOUND', 'EVENT_CANCELLED', 'EVENT_NAME_TAKEN', 'CAPACITY_BELOW_BOOKED'],
    handle: eventsController.update,
  }),
  protectedRoute({
    method: 'post',
    path: '/api/events/:event_id/cancel',
    tag: 'Events',
    access: 'events:manage',
    summary: 'Cancel an event for good',
    description:
      'For its organizer and admins. Every active booking is cancelled and its waitlist emptied.',
    isIdempotent: true,
    params: EventParams,
    success: { status: 200, description: 'The cancelled event', data: EventDto },
    errors: ['EVENT_NOT_FOUND', 'EVENT_CANCELLED'],
    handle: eventsController.cancel,
  }),
  protectedRoute({
    method: 'get',
    path: '/api/events/:event_id/me',
    tag: 'Events',
    access: 'events:read',
    summary: 'How the caller stands with an event',
    description: 'Tickets held, place in the queue, tickets ahead, and what can be done next.',
    params: EventParams,
    success: { status: 200, description: 'You and this event', data: MyEventDto },
    errors: ['EVENT_NOT_FOUND'],
    handle: eventsController.mine,
  }),
];
