import * as staffController from '../controllers/staff.controller';
import { protectedRoute, type Route } from '../controllers/route';
import { EventParams, PageQuery } from '../dtos/common.dto';
import { PutStaffBody, StaffDto, StaffParams } from '../dtos/staff.dto';

const PATH = '/api/events/:event_id/staff';

export const staffRoutes: readonly Route[] = [
  protectedRoute({
    method: 'get',
    path: PATH,
    share: 'shortReads',
    tag: 'Events',
    access: 'events:manage',
    limit: 'lists',
    summary: 'List who has rights for an event',
    description: 'For its organizer and admins. Ordered by account id.',
    query: PageQuery,
    params: EventParams,
    success: { status: 200, description: 'Staff, by account id', data: StaffDto, isList: true },
    errors: ['EVENT_NOT_FOUND'],
    handle: staffController.list,
  }),
  protectedRoute({
    method: 'put',
    path: `${PATH}/:user_id`,
    tag: 'Events',
    access: 'events:manage',
    limit: 'events',
    summary: 'Give a person rights for an event',
    description:
      'For its organizer and admins. `update`: name, cap, sale window and metadata; `capacity`: ' +
      '`total_tickets`; `cancel`: cancel the event; `waitlist`: priorities, removing others, their ' +
      'e-mails; `tickets`: see and cancel any ticket, read the log of the event. Replaces the rights ' +
      'that the person had.',
    body: PutStaffBody,
    params: StaffParams,
    success: { status: 200, description: 'The person and their rights', data: StaffDto },
    errors: ['EVENT_NOT_FOUND', 'USER_NOT_FOUND'],
    handle: staffController.put,
  }),
  protectedRoute({
    method: 'delete',
    path: `${PATH}/:user_id`,
    tag: 'Events',
    access: 'events:manage',
    limit: 'events',
    summary: 'Take all rights for an event away',
    description: 'For its organizer and admins. Ends them at once, in every process.',
    params: StaffParams,
    success: { status: 200, description: 'The person has no rights any more', data: null },
    errors: ['EVENT_NOT_FOUND', 'USER_NOT_FOUND'],
    handle: staffController.remove,
  }),
];
