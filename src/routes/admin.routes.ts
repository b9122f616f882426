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
    summary: "Reconcile an event's counters with its rows (admins only)",
    description: 'Read-only: uses one consistent snapshot and blocks no other request.',
    params: EventParams,
    success: {
      status: 200,
      description: 'The stored counters and the counted rows',
      data: ReconciliationDto,
    },
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
    summary: 'List the audit log, newest entries first',
    description: 'Admins see all entries. Organizers must name one of their events in `event_id`.',
    query: ListAuditQuery,
    success: { status: 200, description: 'Audit log entries', data: AuditEntryDto, isList: true },
    errors: ['EVENT_NOT_FOUND'],
    handle: adminController.audit,
  }),
];
