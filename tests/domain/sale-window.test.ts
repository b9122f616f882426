import type { Command } from '../../src/domain/commands';
import { decide } from '../../src/domain/decide';
import { saleStatusAt } from '../../src/domain/sale-window';
import {
  accepted,
  ADMIN,
  entry,
  eventFacts,
  inventoryOf,
  NOW,
  refusalOf,
  ticket,
} from '../support/domain/inventory';

const EARLIER = new Date(NOW.getTime() - 1);
const LATER = new Date(NOW.getTime() + 1);

const book: Command = {
  kind: 'book',
  bookedBy: ADMIN.id,
  userId: ADMIN.id,
  additionalUsers: [],
  quantity: 1,
};
const join: Command = { kind: 'join', userId: 1, requestedBy: 1, quantity: 1 };

describe('the status of a sale', () => {
  it.each([
    ['on_sale', {}],
    ['scheduled', { saleStartsAt: LATER }],
    ['on_sale', { saleStartsAt: NOW }],
    ['on_sale', { saleEndsAt: LATER }],
    ['ended', { saleEndsAt: NOW }],
    ['on_sale', { saleStartsAt: EARLIER, saleEndsAt: LATER }],
    ['cancelled', { saleStartsAt: LATER, status: 'cancelled' }],
  ] as const)('is %s with %j', (status, event) => {
    expect(saleStatusAt(eventFacts(event), NOW)).toBe(status);
  });
});

describe('outside the sale', () => {
  it.each([
    ['SALE_NOT_STARTED', { saleStartsAt: LATER }],
    ['SALE_ENDED', { saleEndsAt: NOW }],
  ])('booking and joining are refused with %s, to everyone', (code, event) => {
    expect(refusalOf(inventoryOf({ event }), book)).toBe(code);
    expect(refusalOf(inventoryOf({ event: { ...event, availableTickets: 0 } }), join)).toBe(code);
  });

  it('the window is judged before the accounts', () => {
    const inventory = inventoryOf({ event: { saleStartsAt: LATER }, missingUsers: [ADMIN.id] });

    expect(refusalOf(inventory, book)).toBe('SALE_NOT_STARTED');
  });

  it.each([
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [3_600_000, 3_600],
    [90_000_000, 3_600],
  ])('%i ms before the start, the refusal asks for %i seconds', (ms, seconds) => {
    const saleStartsAt = new Date(NOW.getTime() + ms);

    expect(decide(inventoryOf({ event: { saleStartsAt } }), book).outcome).toMatchObject({
      retryAfterSeconds: seconds,
      fact: { field: 'sale_starts_at', value: saleStartsAt.toISOString() },
    });
  });

  it('tickets are given back and go to the people who wait', () => {
    const inventory = inventoryOf({
      event: { saleEndsAt: EARLIER },
      tickets: [ticket(1, 1)],
      queue: [entry(1, 2), entry(2, 3)],
    });

    const { outcome } = accepted(inventory, { kind: 'cancel-held', holderId: 1, quantity: null });
    accepted(inventory, { kind: 'leave', userId: 3, actor: ADMIN });

    expect(outcome.reassigned).toBe(1);
  });

  it('a later start takes no tickets away', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 1)] });

    accepted(inventory, { kind: 'update-event', saleStartsAt: LATER, actor: ADMIN });

    expect(inventory.ticketsHeldBy(1)).toHaveLength(1);
  });
});
