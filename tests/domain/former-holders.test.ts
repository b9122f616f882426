import type { CancelBookings } from '../../src/domain/commands';
import { accepted, ADMIN, entry, inventoryOf, ticket } from '../support/domain/inventory';

const giveBack = (holderId: number, quantity: number | null = null) =>
  ({ kind: 'cancel-held', holderId, quantity }) as const;
const cancel = (bookingIds: readonly number[]): CancelBookings => ({
  kind: 'cancel-bookings',
  bookingIds,
  actor: ADMIN,
});

describe('a ticket given back', () => {
  it('goes past the person who gave it back, to the next in the queue', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 1)],
      queue: [entry(1, 1), entry(2, 8)],
    });

    const { promotions, outcome } = accepted(inventory, giveBack(1));

    expect(promotions).toEqual([{ userId: 8, quantity: 1, stillWanted: 0 }]);
    expect(outcome).toMatchObject({ reassigned: 1, endedEntries: [] });
    expect(inventory.entryOf(1)).toEqual(entry(1, 1));
    expect(inventory.ticketsHeldBy(1)).toEqual([]);
  });

  it('goes past everyone whose tickets were taken in the same command', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 1), ticket(2, 2)],
      queue: [entry(1, 2, { quantity: 2 }), entry(2, 1), entry(3, 8)],
    });

    const { promotions } = accepted(inventory, cancel([101]));
    expect(promotions).toEqual([{ userId: 2, quantity: 1, stillWanted: 1 }]);

    const second = accepted(inventory, cancel([102]));
    expect(second.promotions).toEqual([{ userId: 1, quantity: 1, stillWanted: 0 }]);
  });

  it('goes to stock if nobody else waits, and then the former holders no longer wait', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 1), ticket(2, 2), ticket(3, 3)],
      queue: [entry(1, 2), entry(2, 1), entry(3, 8)],
    });

    const { outcome, after } = accepted(inventory, cancel([101, 102]));

    expect(outcome).toMatchObject({ reassigned: 1, endedEntries: [2, 1], availableTickets: 1 });
    expect(after).toMatchObject({ availableTickets: 1, waitlistCount: 0, waitlistTickets: 0 });
    expect(inventory.entryOf(1)).toBeUndefined();
    expect(inventory.entryOf(2)).toBeUndefined();
  });

  it('leaves entries alone that the tickets did not reach', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 1)],
      queue: [entry(1, 8), entry(2, 1)],
    });

    const { outcome, after } = accepted(inventory, giveBack(1));

    expect(outcome.endedEntries).toEqual([]);
    expect(after).toMatchObject({ availableTickets: 0, waitlistCount: 1 });
  });
});
