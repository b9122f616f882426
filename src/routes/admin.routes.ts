import * as adminController from '../controllers/admin.controller';
import { EventParams } from '../dtos/common.dto';
import { AuditEntryDto, ListAuditQuery, ReconciliationDto } from '../dtos/operations.dto';
import { protectedRoute, type Route } from '../controllers/route';

export const adminRoutes: readonly Route[] = [
  protectedRoute({
    method: 'get',
    path: '/api/admin/events/:event_id/reconcile',
    share: 'longReads',
    tag: 'Operations',
    access: 'reconcile:read',
    summary: 'Hold an event’s counters against its rows, for admins',
    description: 'Reads only, on one unchanging view, and locks nobody out.',
    params: EventParams,
    success: { status: 200, description: 'Counters and counts', data: ReconciliationDto },
    errors: ['EVENT_NOT_FOUND'],
    handle: adminController.reconcile,
  }),
  protectedRoute({
    method: 'get',
    path: '/api/admin/audit',
    share: 'longReads',
    tag: 'Operations',
    access: 'audit:read',
    limit: 'lists',
    summary: 'What was done, by whom and why, the latest first',
    description: 'All of it for admins; organizers name one of their events.',
    query: ListAuditQuery,
    success: { status: 200, description: 'Log entries', data: AuditEntryDto, isList: true },
    errors: ['EVENT_NOT_FOUND'],
    handle: adminController.audit,
  }),
];
