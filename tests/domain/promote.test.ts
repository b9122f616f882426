import { accepted, entry, inventoryOf, NOW, ticket, ADMIN } from '../support/domain/inventory';

const give = (quantity: number) => ({ kind: 'cancel-held', holderId: 1, quantity }) as const;
const held = (count: number) => Array.from({ length: count }, (_, index) => ticket(index + 1, 1));

describe('promotion', () => {
  it('gives one ticket to an entry for three, which keeps its position and waits for two', () => {
    const inventory = inventoryOf({
      tickets: held(3),
      queue: [entry(1, 8, { quantity: 3 }), entry(2, 9)],
    });

    const first = accepted(inventory, give(1));
    expect(first.promotions).toEqual([{ userId: 8, quantity: 1, stillWanted: 2 }]);
    expect(first.after).toMatchObject({
      waitlistCount: 2,
      waitlistTickets: 3,
      availableTickets: 0,
    });
    expect(inventory.entryOf(8)).toEqual(entry(1, 8, { quantity: 2, updatedAt: NOW }));

    const second = accepted(inventory, give(2));
    expect(second.promotions).toEqual([{ userId: 8, quantity: 2, stillWanted: 0 }]);
    expect(second.after).toMatchObject({
      waitlistCount: 1,
      waitlistTickets: 1,
      availableTickets: 0,
    });
    expect([...inventory.queue()]).toEqual([entry(2, 9)]);
  });

  it('uses no number twice, and makes one version, however many are promoted', () => {
    const inventory = inventoryOf({
      tickets: held(4),
      queue: [entry(1, 8, { quantity: 2 }), entry(2, 9), entry(3, 10)],
    });

    const { changes, after } = accepted(inventory, give(4));

    const issued = changes.flatMap((change) => (change.type === 'ticket-issued' ? [change] : []));
    expect(issued.map((change) => [change.ticket.ticketNo, change.ticket.holderId])).toEqual([
      [5, 8],
      [6, 8],
      [7, 9],
      [8, 10],
    ]);
    expect(after).toMatchObject({ version: 1, nextTicketNo: 9, waitlistCount: 0 });
  });

  it('serves people whom an organizer has prioritized first', () => {
    const inventory = inventoryOf({ tickets: held(1), queue: [entry(1, 8), entry(2, 9)] });
    accepted(inventory, {
      kind: 'prioritize',
      entryId: 202,
      priority: 1,
      actor: ADMIN,
    });

    expect(accepted(inventory, give(1)).promotions).toMatchObject([{ userId: 9 }]);
  });

  it('stops when no ticket is left', () => {
    const inventory = inventoryOf({ tickets: held(2), queue: [entry(1, 8), entry(2, 9)] });

    expect(accepted(inventory, give(1)).promotions).toHaveLength(1);
    expect(inventory.event).toMatchObject({ waitlistCount: 1, availableTickets: 0 });
  });
});
