import { NotLoadedError, EventInventory } from '../../src/domain/event-inventory';
import { compareQueueOrder } from '../../src/domain/inventory-state';
import {
  accepted,
  entry,
  eventFacts,
  inventoryOf,
  NOW,
  ticket,
  ADMIN,
} from '../support/domain/inventory';

describe('queue order', () => {
  it('is priority, the highest first, then arrival', () => {
    const positions = [
      { priority: 0, queueNo: 2 },
      { priority: 5, queueNo: 4 },
      { priority: 0, queueNo: 1 },
      { priority: 5, queueNo: 3 },
    ];

    expect([...positions].sort(compareQueueOrder)).toEqual([
      { priority: 5, queueNo: 3 },
      { priority: 5, queueNo: 4 },
      { priority: 0, queueNo: 1 },
      { priority: 0, queueNo: 2 },
    ]);
  });
});

describe('the stock', () => {
  it('is what no one holds', () => {
    expect(inventoryOf({ tickets: [ticket(1, 1)] }).stock).toBe(9);
  });

  it('is zero while anyone waits, whatever the counter says', () => {
    const event = { availableTickets: 2, waitlistCount: 1 };

    expect(inventoryOf({ event, queue: [entry(1, 1)] }).stock).toBe(0);
  });
});

describe('a queue of which only the head is loaded', () => {
  const world = () =>
    new EventInventory({
      event: eventFacts({
        availableTickets: 0,
        waitlistCount: 3,
        waitlistTickets: 3,
        nextQueueNo: 4,
      }),
      now: NOW,
      tickets: [ticket(1, 7), ticket(2, 7)],
      head: [entry(1, 1)],
    });

  it('serves the loaded part', () => {
    const { promotions } = accepted(world(), { kind: 'cancel-held', holderId: 7, quantity: 1 });

    expect(promotions).toMatchObject([{ userId: 1 }]);
  });

  it('does not guess what follows', () => {
    expect(() => accepted(world(), { kind: 'cancel-held', holderId: 7, quantity: 2 })).toThrow(
      NotLoadedError,
    );
  });

  it('does not mistake a newcomer for the next in the queue', () => {
    const inventory = world();
    accepted(inventory, { kind: 'join', userId: 9, requestedBy: 9, quantity: 1 });

    const queue = inventory.queue();

    expect(queue.next().value).toEqual(entry(1, 1));
    expect(() => queue.next()).toThrow(NotLoadedError);
  });

  it('does not know who is next once its only loaded entry has moved back', () => {
    const inventory = world();
    accepted(inventory, { kind: 'prioritize', entryId: 201, priority: 1, actor: ADMIN });
    accepted(inventory, { kind: 'prioritize', entryId: 201, priority: 0, actor: ADMIN });

    expect(() => inventory.queue().next()).toThrow(NotLoadedError);
  });
});
