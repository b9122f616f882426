import type { Command, UpdateEvent } from '../../src/domain/commands';
import {
  accepted,
  entry,
  inventoryOf,
  NOW,
  refusalOf,
  ticket,
  ADMIN,
  STRANGER,
} from '../support/domain/inventory';

const update = (change: Omit<UpdateEvent, 'kind' | 'actor'>): UpdateEvent => ({
  kind: 'update-event',
  actor: ADMIN,
  ...change,
});

describe('resizing an event', () => {
  it('changes the stock by as much as the total', () => {
    const inventory = inventoryOf({ event: { totalTickets: 10 }, tickets: [ticket(1, 1)] });

    const { after } = accepted(inventory, update({ totalTickets: 12 }));

    expect(after).toMatchObject({
      totalTickets: 12,
      availableTickets: 11,
      version: 1,
      updatedAt: NOW,
    });
  });

  it('may go down to the booked tickets, but not below', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 1), ticket(2, 1)] });

    expect(refusalOf(inventory, update({ totalTickets: 1 }))).toBe('CAPACITY_BELOW_BOOKED');
    expect(accepted(inventory, update({ totalTickets: 2 })).after.availableTickets).toBe(0);
  });

  it('gives added tickets to the people who wait, in order, and the rest to stock', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 1)],
      queue: [entry(1, 8, { quantity: 2 }), entry(2, 9)],
    });

    const { outcome, after } = accepted(inventory, update({ totalTickets: 5 }));

    expect(outcome.promotions).toEqual([
      { userId: 8, quantity: 2, stillWanted: 0 },
      { userId: 9, quantity: 1, stillWanted: 0 },
    ]);
    expect(after).toMatchObject({
      totalTickets: 5,
      availableTickets: 1,
      waitlistCount: 0,
      waitlistTickets: 0,
      version: 1,
    });
  });
});

describe('changing other fields of an event', () => {
  it('makes a version for a new name, cap, time or metadata, as for a new size', () => {
    const inventory = inventoryOf({});

    const { after } = accepted(inventory, update({ name: 'Opera', maxTicketsPerUser: 2 }));

    expect(after).toMatchObject({
      name: 'Opera',
      maxTicketsPerUser: 2,
      version: 1,
      updatedAt: NOW,
    });
    expect(accepted(inventory, update({ startsAt: new Date(5) })).after.version).toBe(2);
    expect(accepted(inventory, update({ metadata: '{"venue":"Hall"}' })).after.version).toBe(3);
  });

  it('makes no version for a time that is set to the same moment again', () => {
    const inventory = inventoryOf({ event: { saleStartsAt: new Date(5) } });

    expect(accepted(inventory, update({ saleStartsAt: new Date(5) })).after.version).toBe(0);
  });

  it('refuses a sale that would end before it starts, whichever of the two is changed', () => {
    const inventory = inventoryOf({
      event: { saleStartsAt: new Date(5), saleEndsAt: new Date(9) },
    });

    expect(refusalOf(inventory, update({ saleStartsAt: new Date(9) }))).toBe('VALIDATION_FAILED');
    expect(refusalOf(inventory, update({ saleEndsAt: new Date(5) }))).toBe('VALIDATION_FAILED');
    expect(accepted(inventory, update({ saleEndsAt: null })).after.saleEndsAt).toBeNull();
  });

  it('leaves other fields unchanged, and can remove the cap', () => {
    const inventory = inventoryOf({ event: { maxTicketsPerUser: 3 } });

    expect(accepted(inventory, update({ name: 'Opera' })).after.maxTicketsPerUser).toBe(3);
    expect(accepted(inventory, update({ maxTicketsPerUser: null })).after.maxTicketsPerUser).toBe(
      null,
    );
  });

  it("changes nothing if nothing differs, and accepts the event's own name", () => {
    const inventory = inventoryOf({ takenNames: ['Concert'] });

    expect(accepted(inventory, update({ name: 'Concert', totalTickets: 10 })).changes).toEqual([]);
  });

  it('is refused for a name that another event has, and to people who do not manage it', () => {
    const inventory = inventoryOf({ takenNames: ['Opera'] });

    expect(refusalOf(inventory, update({ name: 'Opera' }))).toBe('EVENT_NAME_TAKEN');
    expect(refusalOf(inventory, { ...update({ name: 'Play' }), actor: STRANGER })).toBe(
      'FORBIDDEN',
    );
  });
});

describe('cancelling an event', () => {
  const cancel = { kind: 'cancel-event', actor: ADMIN } as const;
  const world = () => inventoryOf({ tickets: [ticket(1, 1)], queue: [entry(1, 2)] });

  it('leaves no stock and no one waiting', () => {
    expect(accepted(world(), cancel).after).toMatchObject({
      status: 'cancelled',
      availableTickets: 0,
      waitlistCount: 0,
      waitlistTickets: 0,
      version: 1,
    });
  });

  it('is only for people who manage it', () => {
    expect(refusalOf(world(), { ...cancel, actor: STRANGER })).toBe('FORBIDDEN');
  });

  const commands: Command[] = [
    { kind: 'book', bookedBy: 1, userId: 1, additionalUsers: [], quantity: 1 },
    { kind: 'cancel-held', holderId: 1, quantity: null },
    { kind: 'cancel-bookings', bookingIds: [101], actor: ADMIN },
    { kind: 'join', userId: 3, requestedBy: 3, quantity: 1 },
    { kind: 'lower', userId: 2, quantity: 1 },
    { kind: 'leave', userId: 2, actor: ADMIN },
    { kind: 'prioritize', entryId: 201, priority: 1, actor: ADMIN },
    update({ totalTickets: 20 }),
    cancel,
    { kind: 'delete-account', userId: 1 },
  ];
  it.each(commands.map((command) => [command.kind, command] as const))(
    'is final: %s is refused after it',
    (_, command) => {
      const inventory = world();
      accepted(inventory, cancel);

      expect(refusalOf(inventory, command)).toBe('EVENT_CANCELLED');
    },
  );
});

describe('deleting an account', () => {
  it('gives its tickets to the people who wait, and none back to itself', () => {
    const inventory = inventoryOf({
      tickets: [ticket(1, 1), ticket(2, 1), ticket(3, 7)],
      queue: [entry(1, 1, { quantity: 3 }), entry(2, 8)],
    });

    const { promotions, after } = accepted(inventory, { kind: 'delete-account', userId: 1 });

    expect(promotions).toEqual([{ userId: 8, quantity: 1, stillWanted: 0 }]);
    expect(inventory.ticketsHeldBy(1)).toEqual([]);
    expect(inventory.entryOf(1)).toBeUndefined();
    expect(after).toMatchObject({
      availableTickets: 1,
      waitlistCount: 0,
      waitlistTickets: 0,
      version: 1,
    });
  });

  it('without tickets or entries changes nothing', () => {
    const { changes, after } = accepted(inventoryOf({}), { kind: 'delete-account', userId: 1 });

    expect([changes, after.version]).toEqual([[], 0]);
  });
});
