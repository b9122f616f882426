import type { EventFacts } from './inventory-state';

/** Totals counted from an event's rows. */
export interface RowCounts {
  /** Ticket rows, cancelled ones included. */
  readonly tickets: number;
  readonly activeTickets: number;
  /** 0 if there are none. */
  readonly highestTicketNo: number;
  /** People on the waitlist. */
  readonly waiting: number;
  readonly ticketsWaitedFor: number;
  /** 0 if there are none. */
  readonly highestQueueNo: number;
  /** Blocks of the queue whose sums differ from their entries. */
  readonly wrongBlocks: number;
  /** People on the waitlist by the sums of all blocks. */
  readonly entriesInBlocks: number;
}

/**
 * Compares an event's counters with its rows.
 *
 * @returns a description of each discrepancy; empty if the counters agree with the rows
 */
export function findDiscrepancies(event: EventFacts, rows: RowCounts): string[] {
  const faults: string[] = [];
  const expect = (name: string, actual: number, wanted: number): void => {
    if (actual !== wanted) faults.push(`${name} is ${String(actual)}, should be ${String(wanted)}`);
  };
  const isActive = event.status === 'active';
  expect(
    'available_tickets',
    event.availableTickets,
    isActive ? event.totalTickets - rows.activeTickets : 0,
  );
  if (event.availableTickets < 0) faults.push('available_tickets is below 0');
  if (!isActive) expect('active tickets of a cancelled event', rows.activeTickets, 0);
  expect('waitlist_count', event.waitlistCount, rows.waiting);
  expect('waitlist_tickets', event.waitlistTickets, rows.ticketsWaitedFor);
  if (!isActive) expect('waitlist of a cancelled event', rows.waiting, 0);
  if (event.availableTickets > 0 && rows.waiting > 0) {
    faults.push(`${String(event.availableTickets)} tickets are available while people wait`);
  }
  expect('number of wrong blocks in waitlist_blocks', rows.wrongBlocks, 0);
  expect('number of entries in waitlist_blocks', rows.entriesInBlocks, rows.waiting);
  expect('next_ticket_no', event.nextTicketNo, rows.highestTicketNo + 1);
  expect('number of tickets issued', rows.tickets, rows.highestTicketNo);
  if (event.nextQueueNo <= rows.highestQueueNo) {
    faults.push(
      `next_queue_no is ${String(event.nextQueueNo)}, but ${String(rows.highestQueueNo)} is in use`,
    );
  }
  return faults;
}
