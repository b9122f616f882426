import * as waitlistsController from '../controllers/waitlists.controller';
import { EntryParams, EventParams } from '../dtos/common.dto';
import {
  JoinWaitlistBody,
  LeaveWaitlistQuery,
  ListedWaitlistEntryDto,
  ListWaitlistQuery,
  LowerWaitlistBody,
  PrioritizeBody,
  WaitlistEntryDto,
} from '../dtos/waitlists.dto';
import { forOneself } from '../policies/accounts.policy';
import { protectedRoute, type Route } from '../controllers/route';

export const waitlistsRoutes: readonly Route[] = [
  protectedRoute({
    method: 'get',
    path: '/api/waitinglists',
    share: 'longReads',
    tag: 'Waitlist',
    access: 'waitlists:read',
    limit: 'lists',
    summary: 'List waitlist entries in queue order',
    description: "E-mails are shown for your own entries, and to the event's organizer and admins.",
    query: ListWaitlistQuery,
    success: {
      status: 200,
      description: 'Entries by event, then in queue order',
      data: ListedWaitlistEntryDto,
      isList: true,
    },
    handle: waitlistsController.list,
  }),
  protectedRoute({
    method: 'patch',
    path: '/api/waitinglists/:entry_id/priority',
    tag: 'Waitlist',
    access: 'waitlists:prioritize',
    limit: 'events',
    summary: 'Change the priority of an entry',
    description:
      "For the event's organizer and admins. Higher is served first; the reason is kept in the " +
      'audit log.',
    body: PrioritizeBody,
    params: EntryParams,
    success: { status: 200, description: 'The changed entry', data: WaitlistEntryDto },
    errors: ['EVENT_CANCELLED', 'WAITLIST_ENTRY_NOT_FOUND'],
    handle: waitlistsController.prioritize,
  }),
  protectedRoute({
    method: 'patch',
    path: '/api/waitinglists/:event_id',
    tag: 'Waitlist',
    access: 'waitlists:join',
    limit: 'cancelling',
    summary: 'Wait for fewer tickets and keep the position',
    description: 'For your own entry. To wait for more tickets, leave and join again at the end.',
    body: LowerWaitlistBody,
    params: EventParams,
    success: { status: 200, description: 'The changed entry', data: WaitlistEntryDto },
    errors: ['EVENT_NOT_FOUND', 'EVENT_CANCELLED', 'WAITLIST_ENTRY_NOT_FOUND'],
    handle: waitlistsController.lower,
  }),
  protectedRoute({
    method: 'delete',
    path: '/api/waitinglists/:event_id',
    tag: 'Waitlist',
    access: 'waitlists:leave',
    limit: 'cancelling',
    summary: 'Leave a waitlist',
    description:
      'The organizer and admins may remove another person. Joining again starts at the end.',
    isIdempotent: true,
    query: LeaveWaitlistQuery,
    params: EventParams,
    success: { status: 200, description: 'The entry is removed', data: null },
    errors: ['EVENT_NOT_FOUND', 'EVENT_CANCELLED', 'WAITLIST_ENTRY_NOT_FOUND'],
    handle: waitlistsController.leave,
  }),
  protectedRoute({
    method: 'post',
    path: '/api/waitinglists/join-waitlist',
    tag: 'Waitlist',
    access: 'waitlists:join',
    mayAsk: forOneself,
    limit: 'booking',
    summary: 'Join the waitlist of a sold-out event',
    description:
      'While tickets are available, the answer is 409 `TICKETS_AVAILABLE`: book instead. Each ' +
      'person has at most one entry per event.',
    isIdempotent: true,
    availability: 'onSale',
    body: JoinWaitlistBody,
    success: { status: 201, description: 'The new entry', data: WaitlistEntryDto },
    errors: [
      'EVENT_NOT_FOUND',
      'EVENT_CANCELLED',
      'SALE_NOT_STARTED',
      'SALE_ENDED',
      'USER_NOT_FOUND',
      'TICKET_LIMIT_REACHED',
      'TICKETS_AVAILABLE',
      'ALREADY_WAITLISTED',
    ],
    handle: waitlistsController.join,
  }),
];
