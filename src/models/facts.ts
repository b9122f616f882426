/** Rows in the domain's words. */
import type { EventFacts, EventSnapshot, Ticket, WaitlistEntry } from '../domain/inventory-state';
import type { BookingRow } from './booking.model';
import type { EventRow, TimedEventRow } from './event.model';
import type { WaitlistEntryRow } from './waitlist-entry.model';

export function eventFactsOf(row: EventRow): EventFacts {
  return {
    id: row.id,
    name: row.event_name,
    status: row.status,
    organizerId: row.organizer_id,
    totalTickets: row.total_tickets,
    availableTickets: row.available_tickets,
    maxTicketsPerUser: row.max_tickets_per_user,
    startsAt: row.starts_at,
    saleStartsAt: row.sale_starts_at,
    saleEndsAt: row.sale_ends_at,
    metadata: row.metadata,
    version: row.version,
    nextTicketNo: row.next_ticket_no,
    nextQueueNo: row.next_queue_no,
    waitlistCount: row.waitlist_count,
    waitlistTickets: row.waitlist_tickets,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function eventSnapshotOf(row: TimedEventRow): EventSnapshot {
  return { ...eventFactsOf(row), asOf: row.now };
}

export function ticketOf(row: BookingRow): Ticket {
  return {
    bookingId: row.id,
    ticketNo: row.ticket_no,
    holderId: row.user_id,
    bookedBy: row.booked_by,
    status: row.status,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function waitlistEntryOf(row: WaitlistEntryRow): WaitlistEntry {
  return {
    entryId: row.id,
    userId: row.user_id,
    requestedBy: row.requested_by,
    quantity: row.quantity,
    priority: row.priority,
    queueNo: row.queue_no,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
