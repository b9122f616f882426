import type { BookTickets } from '../../src/domain/commands';
import { accepted, entry, inventoryOf, NOW, refusalOf, ticket } from '../support/domain/inventory';

function bookFor(userId: number, quantity: number, guests: readonly number[] = []): BookTickets {
  return { kind: 'book', bookedBy: userId, userId, additionalUsers: guests, quantity };
}

describe('booking', () => {
  it('issues the next ticket numbers, takes them from stock and makes one version', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 7), ticket(2, 7, { status: 'cancelled' })],
    });

    const { outcome, after } = accepted(inventory, bookFor(1, 2));

    expect(outcome.outcome).toBe('booked');
    expect(outcome.tickets).toEqual([
      ticket(3, 1, { bookingId: null, createdAt: NOW, updatedAt: NOW }),
      ticket(4, 1, { bookingId: null, createdAt: NOW, updatedAt: NOW }),
    ]);
    expect(after).toMatchObject({ availableTickets: 7, nextTicketNo: 5, version: 1 });
    expect(outcome).toMatchObject({ availableTickets: 7, version: 1, waitlisted: [] });
  });

  it('issues the last ticket, and not one more', () => {
    const inventory = inventoryOf({ event: { totalTickets: 1 } });

    expect(accepted(inventory, bookFor(1, 1)).outcome.outcome).toBe('booked');
    expect(accepted(inventory, bookFor(2, 1)).outcome.outcome).toBe('waitlisted');
    expect(inventory.event.availableTickets).toBe(0);
  });

  it('gives each person one ticket before the booker gets a second', () => {
    const inventory = inventoryOf({ event: { totalTickets: 3 } });

    const { outcome } = accepted(inventory, bookFor(1, 4, [2, 3]));

    expect(outcome.tickets.map(({ holderId }) => holderId)).toEqual([1, 2, 3]);
    expect(outcome.waitlisted).toEqual([{ userId: 1, quantity: 1, position: 1 }]);
    expect(outcome.outcome).toBe('partially_booked');
  });

  it('gives the booker nothing if every ticket is for a guest', () => {
    const { outcome } = accepted(inventoryOf({}), bookFor(1, 2, [2, 3]));

    expect(outcome.tickets.map(({ holderId, bookedBy }) => [holderId, bookedBy])).toEqual([
      [2, 1],
      [3, 1],
    ]);
  });

  it('queues each person once, at the end, with the missing quantity', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 7)], queue: [entry(4, 8)] });

    const { outcome, changes, after } = accepted(inventory, bookFor(1, 3, [2]));

    expect(outcome.outcome).toBe('waitlisted');
    expect(outcome.waitlisted).toEqual([
      { userId: 1, quantity: 2, position: 2 },
      { userId: 2, quantity: 1, position: 3 },
    ]);
    const made = { entryId: null, requestedBy: 1, createdAt: NOW, updatedAt: NOW };
    expect(changes).toEqual([
      { type: 'entry-added', entry: entry(5, 1, { ...made, quantity: 2 }) },
      { type: 'entry-added', entry: entry(6, 2, made) },
    ]);
    expect(after).toMatchObject({ nextQueueNo: 7, waitlistCount: 3, waitlistTickets: 4 });
  });

  it('leaves an existing entry unchanged, and omits it from the outcome', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 7)], queue: [entry(1, 1)] });

    const { outcome, changes } = accepted(inventory, bookFor(1, 3, [2]));

    expect(outcome.waitlisted).toEqual([{ userId: 2, quantity: 1, position: 2 }]);
    expect(changes).toHaveLength(1);
    expect(inventory.entryOf(1)).toEqual(entry(1, 1));
  });

  it('is refused if no one would get or wait for anything', () => {
    const queue = [entry(1, 1), entry(2, 2)];
    const inventory = inventoryOf({ tickets: [ticket(1, 7)], queue });

    expect(refusalOf(inventory, bookFor(1, 2, [2]))).toBe('ALREADY_WAITLISTED');
  });

  it('is refused as a whole if one person has no account', () => {
    const inventory = inventoryOf({ missingUsers: [3] });

    expect(refusalOf(inventory, bookFor(1, 3, [2, 3]))).toBe('USER_NOT_FOUND');
  });

  describe('under a cap of 3', () => {
    const capped = { totalTickets: 10, maxTicketsPerUser: 3 };

    it('may reach the cap but not exceed it', () => {
      const inventory = inventoryOf({ event: capped, tickets: [ticket(1, 1)] });

      expect(refusalOf(inventory, bookFor(1, 3))).toBe('TICKET_LIMIT_REACHED');
      expect(accepted(inventory, bookFor(1, 2)).outcome.outcome).toBe('booked');
      expect(refusalOf(inventory, bookFor(1, 1))).toBe('TICKET_LIMIT_REACHED');
    });

    it('counts what the person waits for', () => {
      const inventory = inventoryOf({
        event: { totalTickets: 1, maxTicketsPerUser: 3 },
        tickets: [ticket(1, 1)],
        queue: [entry(1, 1)],
      });

      expect(accepted(inventory, bookFor(1, 2, [2])).outcome.outcome).toBe('waitlisted');
      expect(refusalOf(inventory, bookFor(1, 2))).toBe('TICKET_LIMIT_REACHED');
    });

    it('counts for a guest what others booked for them', () => {
      const tickets = [1, 2, 3].map((no) => ticket(no, 2, { bookedBy: 50 + no }));

      const inventory = inventoryOf({ event: capped, tickets });

      expect(refusalOf(inventory, bookFor(1, 2, [2]))).toBe('TICKET_LIMIT_REACHED');
    });

    it('counts what earlier commands in the same batch have issued', () => {
      const inventory = inventoryOf({ event: capped });
      accepted(inventory, bookFor(1, 3));

      expect(refusalOf(inventory, bookFor(1, 1))).toBe('TICKET_LIMIT_REACHED');
      accepted(inventory, { kind: 'cancel-held', holderId: 1, quantity: 1 });
      expect(accepted(inventory, bookFor(1, 1)).outcome.outcome).toBe('booked');
    });

    it('takes nothing away from a person who held more before the cap was lowered', () => {
      const tickets = [1, 2, 3, 4].map((no) => ticket(no, 1));
      const inventory = inventoryOf({ event: capped, tickets });

      expect(refusalOf(inventory, bookFor(1, 1))).toBe('TICKET_LIMIT_REACHED');
      expect(inventory.activeTicketCount(1)).toBe(4);
    });
  });
});
