import type { CancelBookings } from '../../src/domain/commands';
import { accepted, entry, inventoryOf, NOW, refusalOf, ticket } from '../support/domain/inventory';

describe('giving back held tickets', () => {
  it('cancels the given number of tickets, the last issued first', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 1), ticket(2, 7), ticket(3, 1), ticket(10, 1)],
    });

    const { outcome, after } = accepted(inventory, {
      kind: 'cancel-held',
      holderId: 1,
      quantity: 2,
    });

    expect(outcome.tickets.map(({ ticketNo }) => ticketNo)).toEqual([10, 3]);
    expect(outcome.tickets[0]).toMatchObject({ status: 'cancelled', updatedAt: NOW });
    expect(after).toMatchObject({ availableTickets: 8, version: 1, nextTicketNo: 11 });
    expect(outcome).toMatchObject({ reassigned: 0, availableTickets: 8, version: 1 });
  });

  it('cancels all if no quantity is given, and none of other people', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 1), ticket(2, 7), ticket(3, 1)] });

    accepted(inventory, { kind: 'cancel-held', holderId: 1, quantity: null });

    expect(inventory.ticketsHeldBy(1)).toEqual([]);
    expect(inventory.ticketsHeldBy(7)).toEqual([ticket(2, 7)]);
  });

  it('is refused if the quantity exceeds what is held', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 1)] });

    expect(refusalOf(inventory, { kind: 'cancel-held', holderId: 1, quantity: 2 })).toBe(
      'VALIDATION_FAILED',
    );
  });

  it('is refused if nothing is held', () => {
    const tickets = [ticket(1, 1, { status: 'cancelled' })];

    expect(
      refusalOf(inventoryOf({ tickets }), { kind: 'cancel-held', holderId: 1, quantity: null }),
    ).toBe('BOOKING_NOT_FOUND');
  });

  it('gives the tickets to the people who wait, and only the rest to stock', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 1), ticket(2, 1), ticket(3, 1)],
      queue: [entry(1, 8, { requestedBy: 9 }), entry(2, 4)],
    });

    const { outcome, promotions, after } = accepted(inventory, {
      kind: 'cancel-held',
      holderId: 1,
      quantity: null,
    });

    expect(promotions).toEqual([
      { userId: 8, quantity: 1, stillWanted: 0 },
      { userId: 4, quantity: 1, stillWanted: 0 },
    ]);
    expect(outcome.reassigned).toBe(2);
    expect(inventory.ticketsHeldBy(8)).toMatchObject([{ ticketNo: 4, bookedBy: 9 }]);
    expect(inventory.ticketsHeldBy(4)).toMatchObject([{ ticketNo: 5, bookedBy: 4 }]);
    expect(after).toMatchObject({
      availableTickets: 1,
      waitlistCount: 0,
      waitlistTickets: 0,
      version: 1,
      nextTicketNo: 6,
    });
  });
});

describe('giving back named tickets', () => {
  const cancel = (bookingIds: readonly number[], caller = 1): CancelBookings => ({
    kind: 'cancel-bookings',
    bookingIds,
    actor: { id: caller, role: 'user' },
  });
  const tickets = [
    ticket(1, 1),
    ticket(2, 7, { bookedBy: 1 }),
    ticket(3, 7),
    ticket(4, 1, { status: 'cancelled' }),
  ];

  it('cancels exactly these, in the given order', () => {
    const inventory = inventoryOf({ tickets });

    const { outcome, after } = accepted(inventory, cancel([102, 101]));

    expect(outcome.tickets.map(({ ticketNo }) => ticketNo)).toEqual([2, 1]);
    expect(after).toMatchObject({ availableTickets: 9, version: 1 });
  });

  it.each([
    ['is unknown', [101, 105], 'BOOKING_NOT_FOUND'],
    ['is not the caller’s', [101, 103], 'FORBIDDEN'],
    ['is already cancelled', [101, 104], 'BOOKING_ALREADY_CANCELLED'],
    ['is cancelled and another unknown', [104, 105], 'BOOKING_NOT_FOUND'],
    ['is cancelled and another not the caller’s', [104, 103], 'FORBIDDEN'],
  ])('cancels none if one %s', (_, bookingIds, code) => {
    expect(refusalOf(inventoryOf({ tickets }), cancel(bookingIds))).toBe(code);
  });

  it('is possible only once', () => {
    const inventory = inventoryOf({ tickets });
    accepted(inventory, cancel([101]));

    expect(refusalOf(inventory, cancel([101]))).toBe('BOOKING_ALREADY_CANCELLED');
  });

  it('is allowed for the organizer of the event', () => {
    expect(accepted(inventoryOf({ tickets }), cancel([101, 103], 99)).outcome.tickets).toHaveLength(
      2,
    );
  });
});
