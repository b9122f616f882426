/** The audit log: one row for each change, written in the transaction of the change. */
import type { Database } from '../database/database';
import { insertRows } from '../database/insert-rows';
import { asSqlTimestamp } from '../database/timestamps';
import type { Tx } from '../database/unit-of-work';
import type { AuditAction } from '../domain/audit-actions';
import type { CommandKind } from '../domain/commands';
import type { EventFacts, EventSettings, WaitlistEntry } from '../domain/inventory-state';
import type { ChangeSummary } from './change-summary';
import type { CommandRequest } from './command-request';

export interface AuditRecord {
  readonly action: AuditAction;
  readonly actorId: number | null;
  /** The person affected. */
  readonly userId?: number | null;
  readonly eventId?: number;
  readonly version?: number;
  readonly reason?: string;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

const ACTION_OF: Readonly<Record<CommandKind, AuditAction>> = {
  book: 'tickets.book',
  'cancel-held': 'tickets.cancel',
  'cancel-bookings': 'tickets.cancel',
  join: 'waitlist.join',
  lower: 'waitlist.lower',
  leave: 'waitlist.leave',
  prioritize: 'waitlist.prioritize',
  'update-event': 'event.update',
  'cancel-event': 'event.cancel',
  'delete-account': 'user.delete',
};

/** Writes audit records in the order given, with one statement. */
export async function writeAudit(
  database: Database,
  tx: Tx,
  records: readonly AuditRecord[],
  now: Date,
): Promise<void> {
  if (records.length === 0) return;
  const createdAt = asSqlTimestamp(database, now);
  await insertRows(
    database,
    tx,
    'audit_log',
    records.map((record) => ({
      action: record.action,
      actor_id: record.actorId,
      user_id: record.userId ?? null,
      event_id: record.eventId ?? null,
      version: record.version ?? null,
      reason: record.reason ?? null,
      request_id: record.requestId,
      details: JSON.stringify(record.details),
      createdAt,
    })),
  );
}

/** The audit record of a command that changed something. */
export function auditOf(
  request: CommandRequest,
  before: EventFacts,
  after: EventFacts,
  summary: ChangeSummary,
): AuditRecord {
  return {
    action: ACTION_OF[request.command.kind],
    actorId: request.actorId,
    userId: personOf(request, summary),
    eventId: after.id,
    version: after.version,
    requestId: request.requestId,
    details: {
      before: stateOf(before, request),
      after: stateOf(after, request),
      ...listsOf(summary),
    },
    ...(request.reason === undefined ? {} : { reason: request.reason }),
  };
}

/** What changed, one by one where there is not too much of it. Empty lists are left out. */
function listsOf(summary: ChangeSummary): Record<string, unknown> {
  const { issued, cancelled, waitlisted, promotions, changedEntry } = summary;
  return {
    ...listOf('tickets_given', issued, (ticketNo) => ticketNo),
    ...listOf('tickets_back', cancelled, (ticketNo) => ticketNo),
    ...listOf('waitlisted', waitlisted, ({ userId, quantity }) => ({ user_id: userId, quantity })),
    ...(changedEntry
      ? { entry: { before: fieldsOf(changedEntry.before), after: fieldsOf(changedEntry.after) } }
      : {}),
    ...listOf('promotions', promotions, ({ userId, quantity, stillWanted }) => ({
      user_id: userId,
      quantity,
      still_wanted: stillWanted,
    })),
  };
}

function listOf<T>(
  name: string,
  { items, leftOut }: { readonly items: readonly T[]; readonly leftOut: number },
  present: (item: T) => unknown,
): Record<string, unknown> {
  if (items.length === 0) return {};
  return {
    [name]: items.map(present),
    ...(leftOut > 0 ? { [`${name}_left_out`]: leftOut } : {}),
  };
}

function personOf({ command }: CommandRequest, { firstUserId }: ChangeSummary): number | null {
  switch (command.kind) {
    case 'cancel-held':
      return command.holderId;
    case 'book':
    case 'join':
    case 'lower':
    case 'leave':
    case 'delete-account':
      return command.userId;
    case 'cancel-bookings':
    case 'prioritize':
      return firstUserId;
    case 'update-event':
    case 'cancel-event':
      return null;
  }
}

function fieldsOf({ quantity, priority }: WaitlistEntry): Record<string, number> {
  return { quantity, priority };
}

/** What describes the event in a record of its creation or of a change of its settings. */
export function settingsOf(event: EventSettings): Record<string, unknown> {
  return {
    event_name: event.name,
    total_tickets: event.totalTickets,
    max_tickets_per_user: event.maxTicketsPerUser,
    starts_at: event.startsAt,
    sale_starts_at: event.saleStartsAt,
    sale_ends_at: event.saleEndsAt,
    metadata: event.metadata === null ? null : (JSON.parse(event.metadata) as object),
  };
}

function stateOf(event: EventFacts, { command }: CommandRequest): Record<string, unknown> {
  const counts = countsOf(event);
  return command.kind === 'update-event' ? { ...counts, ...settingsOf(event) } : counts;
}

function countsOf(event: EventFacts): Record<string, unknown> {
  return {
    event_name: event.name,
    status: event.status,
    total_tickets: event.totalTickets,
    available_tickets: event.availableTickets,
    max_tickets_per_user: event.maxTicketsPerUser,
    waitlist_count: event.waitlistCount,
    waitlist_tickets: event.waitlistTickets,
  };
}
