import type { JoinWaitlist, PrioritizeEntry } from '../../src/domain/commands';
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

const join = (userId: number, quantity = 1): JoinWaitlist => ({
  kind: 'join',
  userId,
  requestedBy: userId,
  quantity,
});

describe('joining the waitlist', () => {
  it('puts each newcomer at the end', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 7)], queue: [entry(5, 8)] });

    const first = accepted(inventory, join(1, 2));
    const second = accepted(inventory, join(2));

    const made = { entryId: null, createdAt: NOW, updatedAt: NOW };
    expect(first.outcome).toMatchObject({
      position: 2,
      entry: entry(6, 1, { ...made, quantity: 2 }),
    });
    expect(second.outcome).toMatchObject({ position: 3, entry: entry(7, 2, made) });
    expect(second.after).toMatchObject({
      version: 2,
      nextQueueNo: 8,
      waitlistCount: 3,
      waitlistTickets: 4,
    });
  });

  it('is refused while there is a ticket', () => {
    expect(refusalOf(inventoryOf({ event: { totalTickets: 1 } }), join(1))).toBe(
      'TICKETS_AVAILABLE',
    );
  });

  it('is refused to a person who already waits', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 7)], queue: [entry(1, 1)] });

    expect(refusalOf(inventory, join(1))).toBe('ALREADY_WAITLISTED');
  });

  it('is refused to a person without an account', () => {
    expect(refusalOf(inventoryOf({ missingUsers: [1] }), join(1))).toBe('USER_NOT_FOUND');
  });

  it('is refused past the cap, which is checked before available tickets', () => {
    const inventory = inventoryOf({
      event: { maxTicketsPerUser: 2, totalTickets: 2 },
      tickets: [ticket(1, 1)],
    });

    expect(refusalOf(inventory, join(1, 2))).toBe('TICKET_LIMIT_REACHED');
    expect(refusalOf(inventory, join(1, 1))).toBe('TICKETS_AVAILABLE');
  });
});

describe('leaving the waitlist', () => {
  it('lets the people behind move up, and puts someone who joins again at the end', () => {
    const queue = [entry(1, 1, { quantity: 4 }), entry(2, 2)];
    const inventory = inventoryOf({ tickets: [ticket(1, 7)], queue });

    const { after } = accepted(inventory, { kind: 'leave', userId: 1, actor: ADMIN });
    expect(after).toMatchObject({
      version: 1,
      waitlistCount: 1,
      waitlistTickets: 1,
      nextQueueNo: 3,
    });

    expect(accepted(inventory, join(1)).outcome).toMatchObject({ position: 2 });
    expect([...inventory.queue()].map(({ userId, queueNo }) => [userId, queueNo])).toEqual([
      [2, 2],
      [1, 3],
    ]);
  });

  it('requires permission and an entry', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 7)], queue: [entry(1, 1)] });

    expect(refusalOf(inventory, { kind: 'leave', userId: 1, actor: STRANGER })).toBe('FORBIDDEN');
    expect(refusalOf(inventory, { kind: 'leave', userId: 2, actor: ADMIN })).toBe(
      'WAITLIST_ENTRY_NOT_FOUND',
    );
  });
});

describe('wanting fewer tickets', () => {
  const world = () =>
    inventoryOf({ tickets: [ticket(1, 7)], queue: [entry(1, 1, { quantity: 3 }), entry(2, 2)] });

  it('keeps the position', () => {
    const inventory = world();

    const { after } = accepted(inventory, { kind: 'lower', userId: 1, quantity: 1 });

    expect(after).toMatchObject({ version: 1, waitlistCount: 2, waitlistTickets: 2 });
    expect([...inventory.queue()][0]).toEqual(entry(1, 1, { updatedAt: NOW }));
  });

  it('makes no version if it changes nothing', () => {
    const { changes, after } = accepted(world(), { kind: 'lower', userId: 1, quantity: 3 });

    expect([changes, after.version]).toEqual([[], 0]);
  });

  it('cannot raise the quantity', () => {
    expect(refusalOf(world(), { kind: 'lower', userId: 1, quantity: 4 })).toBe('VALIDATION_FAILED');
  });

  it('requires an entry', () => {
    expect(refusalOf(world(), { kind: 'lower', userId: 9, quantity: 1 })).toBe(
      'WAITLIST_ENTRY_NOT_FOUND',
    );
  });
});

describe('giving an entry priority', () => {
  const prioritize = (entryId: number, priority: number): PrioritizeEntry => ({
    kind: 'prioritize',
    entryId,
    priority,
    actor: { id: 99, role: 'user' },
  });
  const world = () =>
    inventoryOf({ tickets: [ticket(1, 7)], queue: [entry(1, 1), entry(2, 2), entry(3, 3)] });
  const order = (inventory: ReturnType<typeof world>) =>
    [...inventory.queue()].map(({ userId }) => userId);

  it('puts it ahead of lower priorities, in order of arrival among equals', () => {
    const inventory = world();

    accepted(inventory, prioritize(203, 5));
    accepted(inventory, prioritize(202, 5));

    expect(order(inventory)).toEqual([2, 3, 1]);
    expect(inventory.event).toMatchObject({ version: 2, waitlistCount: 3, waitlistTickets: 3 });
  });

  it('restores its old position at its old priority', () => {
    const inventory = world();

    accepted(inventory, prioritize(203, 100));
    accepted(inventory, prioritize(203, 0));

    expect(order(inventory)).toEqual([1, 2, 3]);
  });

  it('makes no version if it changes nothing', () => {
    expect(accepted(world(), prioritize(201, 0)).after.version).toBe(0);
  });

  it('is only for people who manage the event, and requires an existing entry', () => {
    const inventory = world();

    expect(refusalOf(inventory, { ...prioritize(201, 1), actor: STRANGER })).toBe('FORBIDDEN');
    expect(refusalOf(inventory, prioritize(999, 1))).toBe('WAITLIST_ENTRY_NOT_FOUND');
  });
});
