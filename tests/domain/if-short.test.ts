import type { BookTickets, IfShort } from '../../src/domain/commands';
import { decide } from '../../src/domain/decide';
import { accepted, entry, inventoryOf, refusalOf, ticket } from '../support/domain/inventory';

const four = (ifShort: IfShort, userId = 1): BookTickets => ({
  kind: 'book',
  bookedBy: userId,
  userId,
  additionalUsers: [8],
  quantity: 4,
  ifShort,
});
const withStock = (totalTickets: number) => inventoryOf({ event: { totalTickets } });
const soldOut = () => inventoryOf({ tickets: [ticket(1, 5)], queue: [entry(1, 6)] });

describe('a booking of more tickets than there are', () => {
  it('takes what there is, one to each person first, and nobody waits', () => {
    const { outcome, after } = accepted(withStock(2), four('take'));

    expect(outcome).toMatchObject({ outcome: 'partially_booked', waitlisted: [], version: 1 });
    expect(outcome.tickets.map(({ holderId }) => holderId)).toEqual([1, 8]);
    expect(after).toMatchObject({ availableTickets: 0, waitlistCount: 0 });
  });

  it('or is refused as a whole, with the number of tickets there are', () => {
    expect(decide(withStock(3), four('refuse'))).toMatchObject({
      changes: [],
      outcome: {
        code: 'NOT_ENOUGH_TICKETS',
        fact: { field: 'available_tickets', value: '3' },
      },
    });
    expect(accepted(withStock(4), four('refuse')).outcome.outcome).toBe('booked');
  });

  it('waits for none where there is none', () => {
    expect(refusalOf(soldOut(), four('take'))).toBe('NOT_ENOUGH_TICKETS');
    expect(refusalOf(soldOut(), four('refuse'))).toBe('NOT_ENOUGH_TICKETS');
    // Also for a person who waits already.
    expect(refusalOf(soldOut(), four('take', 6))).toBe('NOT_ENOUGH_TICKETS');
  });

  it('is judged after the cap', () => {
    const inventory = inventoryOf({ event: { totalTickets: 1, maxTicketsPerUser: 2 } });

    expect(refusalOf(inventory, four('refuse'))).toBe('TICKET_LIMIT_REACHED');
  });
});
