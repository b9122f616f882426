import type { AuditEntryDto, ReconciliationDto } from '../dtos/operations.dto';
import type { AuditEntryRow } from '../models/audit-entry.model';
import type { Reconciliation } from '../services/reconcile.service';

export function presentReconciliation({
  event,
  counts,
  faults,
}: Reconciliation): ReconciliationDto {
  return {
    event_id: event.id,
    version: event.version,
    counter: {
      total_tickets: event.totalTickets,
      available_tickets: event.availableTickets,
      waitlist_count: event.waitlistCount,
      waitlist_tickets: event.waitlistTickets,
    },
    counted: {
      tickets: counts.tickets,
      active_tickets: counts.activeTickets,
      waiting: counts.waiting,
      tickets_waited_for: counts.ticketsWaitedFor,
    },
    consistent: faults.length === 0,
    faults: faults.map((message) => ({ message })),
  };
}

export function presentAuditEntry(entry: AuditEntryRow): AuditEntryDto {
  return {
    id: entry.id,
    action: entry.action,
    actor_id: entry.actor_id,
    user_id: entry.user_id,
    event_id: entry.event_id,
    version: entry.version,
    reason: entry.reason,
    request_id: entry.request_id,
    details: JSON.parse(entry.details) as object,
    createdAt: entry.createdAt.toISOString(),
  };
}
