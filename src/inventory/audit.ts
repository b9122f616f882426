/** The audit log: one row for each thing that was done, written in the transaction that did it. */
import type { Database } from '../database/database';
import { insertRows } from '../database/insert-rows';
import { asSqlTimestamp } from '../database/timestamps';
import type { Tx } from '../database/unit-of-work';
import type { AuditAction } from '../domain/audit-actions';
import type { CommandKind } from '../domain/commands';
import type { Decision } from '../domain/decision';
import type { EventFacts, WaitlistEntry } from '../domain/inventory-state';
import type { CommandRequest } from './command-request';

export interface AuditRecord {
  readonly action: AuditAction;
  readonly actorId: number | null;
  /** The person it was done for or to. */
  readonly userId?: number | null;
  readonly eventId?: number;
  readonly version?: number;
  readonly reason?: string;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Promotions that one record lists: its column ends at 16 MiB. */
const TOLD_PROMOTIONS_MAX = 10_000;

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

/** Writes audit records, all with one statement, in the order given. */
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

/** What is worth keeping of a command that changed something. */
export function auditOf(
  request: CommandRequest,
  before: EventFacts,
  { changes, promotions, after }: Decision,
): AuditRecord {
  const given: number[] = [];
  const back: number[] = [];
  const waitlisted: { user_id: number; quantity: number }[] = [];
  const entry: Record<string, unknown> = {};
  for (const change of changes) {
    if (change.type === 'ticket-issued') given.push(change.ticket.ticketNo);
    if (change.type === 'ticket-cancelled') back.push(change.ticket.ticketNo);
    if (change.type === 'entry-added') {
      waitlisted.push({ user_id: change.entry.userId, quantity: change.entry.quantity });
    }
    // What a promotion makes of an entry is told with the promotion.
    if (change.type === 'entry-changed' && promotions.length === 0) {
      entry.before = wishOf(change.before);
      entry.after = wishOf(change.entry);
    }
  }
  return {
    action: ACTION_OF[request.command.kind],
    actorId: request.actorId,
    userId: personOf(request, changes),
    eventId: after.id,
    version: after.version,
    requestId: request.requestId,
    details: {
      before: countsOf(before),
      after: countsOf(after),
      ...(given.length > 0 ? { tickets_given: given } : {}),
      ...(back.length > 0 ? { tickets_back: back } : {}),
      ...(waitlisted.length > 0 ? { waitlisted } : {}),
      ...('after' in entry ? { entry } : {}),
      ...(promotions.length > 0
        ? {
            promotions: promotions
              .slice(0, TOLD_PROMOTIONS_MAX)
              .map(({ userId, quantity, stillWanted }) => ({
                user_id: userId,
                quantity,
                still_wanted: stillWanted,
              })),
            ...(promotions.length > TOLD_PROMOTIONS_MAX
              ? { promotions_left_out: promotions.length - TOLD_PROMOTIONS_MAX }
              : {}),
          }
        : {}),
    },
    ...(request.reason === undefined ? {} : { reason: request.reason }),
  };
}

function personOf({ command }: CommandRequest, changes: Decision['changes']): number | null {
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
    case 'prioritize': {
      for (const change of changes) {
        if (change.type === 'ticket-cancelled') return change.ticket.holderId;
        if (change.type === 'entry-changed') return change.entry.userId;
      }
      return null;
    }
    default:
      return null;
  }
}

function wishOf({ quantity, priority }: WaitlistEntry): Record<string, number> {
  return { quantity, priority };
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
