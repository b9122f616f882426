import { findDiscrepancies, type RowCounts } from '../../src/domain/reconcile';
import { eventFacts } from '../support/domain/inventory';

/** Three tickets, one of them cancelled, of an event of two; one person waits for two more. */
const EVENT = eventFacts({
  totalTickets: 2,
  availableTickets: 0,
  nextTicketNo: 4,
  nextQueueNo: 6,
  waitlistCount: 1,
  waitlistTickets: 2,
});
const ROWS: RowCounts = {
  tickets: 3,
  activeTickets: 2,
  highestTicketNo: 3,
  waiting: 1,
  ticketsWaitedFor: 2,
  highestQueueNo: 5,
  wrongBlocks: 0,
  entriesInBlocks: 1,
};

describe('reconciling', () => {
  it('finds nothing if counters and rows agree', () => {
    expect(findDiscrepancies(EVENT, ROWS)).toEqual([]);
  });

  it.each([
    ['a ticket sold twice', { availableTickets: -1 }, { activeTickets: 3 }, /below 0/],
    ['a ticket lost', {}, { activeTickets: 1 }, /available_tickets is 0, should be 1/],
    ['a person forgotten', { waitlistCount: 0 }, {}, /waitlist_count is 0, should be 1/],
    [
      'a waited-for ticket forgotten',
      { waitlistTickets: 1 },
      {},
      /waitlist_tickets is 1, should be 2/,
    ],
    ['a ticket number that would be issued again', { nextTicketNo: 3 }, {}, /next_ticket_no is 3/],
    ['a ticket number that was skipped', {}, { tickets: 2 }, /issued is 2, should be 3/],
    [
      'a queue number that would be issued again',
      { nextQueueNo: 5 },
      {},
      /next_queue_no is 5, but 5/,
    ],
    ['a block with wrong sums', {}, { wrongBlocks: 1 }, /wrong blocks in waitlist_blocks is 1/],
    ['an entry in no block', {}, { entriesInBlocks: 0 }, /entries in waitlist_blocks is 0/],
    [
      'stock while people wait',
      { availableTickets: 1 },
      { activeTickets: 1 },
      /1 tickets are available while people wait/,
    ],
    [
      'a ticket of a cancelled event',
      { status: 'cancelled', waitlistCount: 0, waitlistTickets: 0 },
      { activeTickets: 1, waiting: 0, ticketsWaitedFor: 0, entriesInBlocks: 0 },
      /active tickets of a cancelled event is 1/,
    ],
    [
      'a person who waits for a cancelled event',
      { status: 'cancelled' },
      { activeTickets: 0 },
      /waitlist of a cancelled event is 1/,
    ],
  ] as const)('finds %s', (_, event, rows, fault) => {
    const faults = findDiscrepancies({ ...EVENT, ...event }, { ...ROWS, ...rows });

    expect(faults.join('\n')).toMatch(fault);
  });

  it('expects no stock of a cancelled event', () => {
    const event = { ...EVENT, status: 'cancelled', waitlistCount: 0, waitlistTickets: 0 } as const;
    const rows = { ...ROWS, activeTickets: 0, waiting: 0, ticketsWaitedFor: 0, entriesInBlocks: 0 };

    expect(findDiscrepancies(event, rows)).toEqual([]);
  });
});
