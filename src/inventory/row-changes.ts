import type { Change } from '../domain/changes';
import type { Ticket, WaitlistEntry } from '../domain/inventory-state';
import { BlockChanges } from './queue-blocks';

/**
 * Collects the changes of a whole batch and merges them per row: a ticket issued and cancelled in
 * one batch is one new row, an entry added and removed in one batch is none.
 */
export class RowChanges {
  /** New tickets by number, in their state after the batch. */
  readonly issued = new Map<number, Ticket>();
  /** Ids of existing tickets that are cancelled. */
  readonly cancelledBookingIds: number[] = [];
  /** New entries by person. */
  readonly added = new Map<number, WaitlistEntry>();
  /** Existing entries that stay, by id, in their state after the batch. */
  readonly changed = new Map<number, WaitlistEntry>();
  readonly removedEntryIds: number[] = [];
  readonly blocks = new BlockChanges();
  eventIsCancelled = false;

  add(change: Change): void {
    switch (change.type) {
      case 'ticket-issued':
        this.issued.set(change.ticket.ticketNo, change.ticket);
        return;
      case 'ticket-cancelled':
        if (change.ticket.bookingId === null)
          this.issued.set(change.ticket.ticketNo, change.ticket);
        else this.cancelledBookingIds.push(change.ticket.bookingId);
        return;
      case 'entry-added':
        this.blocks.add(change.entry);
        this.added.set(change.entry.userId, change.entry);
        return;
      case 'entry-changed':
        this.blocks.remove(change.before);
        this.blocks.add(change.entry);
        if (change.entry.entryId === null) this.added.set(change.entry.userId, change.entry);
        else this.changed.set(change.entry.entryId, change.entry);
        return;
      case 'entry-removed':
        this.blocks.remove(change.entry);
        if (change.entry.entryId === null) {
          this.added.delete(change.entry.userId);
        } else {
          this.changed.delete(change.entry.entryId);
          this.removedEntryIds.push(change.entry.entryId);
        }
        return;
      case 'event-updated':
        return;
      case 'event-cancelled':
        this.eventIsCancelled = true;
        return;
    }
  }
}
