import { nextActions } from '../../src/domain/next-actions';
import { eventFacts, NOW } from '../support/domain/inventory';

const SOLD_OUT = { availableTickets: 0 };

describe('what a person can do next', () => {
  it.each([
    ['a newcomer, while there is stock', {}, 0, null, ['book']],
    ['a holder, while there is stock', {}, 2, null, ['book', 'cancel']],
    ['a newcomer, once it is sold out', SOLD_OUT, 0, null, ['book', 'join']],
    ['a holder, once it is sold out', SOLD_OUT, 1, null, ['book', 'cancel', 'join']],
    ['a person who waits for one ticket', SOLD_OUT, 0, 1, ['leave']],
    ['a person who waits for several', SOLD_OUT, 0, 2, ['lower', 'leave']],
    ['a person who holds and waits', SOLD_OUT, 1, 1, ['cancel', 'leave']],
    ['a holder below the cap', { maxTicketsPerUser: 2 }, 1, null, ['book', 'cancel']],
    ['a holder at the cap', { maxTicketsPerUser: 2 }, 2, null, ['cancel']],
    [
      'a person who holds and waits up to the cap',
      { ...SOLD_OUT, maxTicketsPerUser: 2 },
      1,
      1,
      ['cancel', 'leave'],
    ],
    [
      'a newcomer while others wait',
      { availableTickets: 1, waitlistCount: 1 },
      0,
      null,
      ['book', 'join'],
    ],
    ['a holder, before the sale', { saleStartsAt: new Date(1_001) }, 1, null, ['cancel']],
    [
      'a person who waits, after the sale',
      { ...SOLD_OUT, saleEndsAt: new Date(1_000) },
      0,
      1,
      ['leave'],
    ],
    ['anyone, once it is cancelled', { status: 'cancelled' }, 0, null, []],
  ] as const)('%s', (_, event, held, waitsFor, actions) => {
    const entry = waitsFor === null ? null : { quantity: waitsFor };

    expect(nextActions({ ...eventFacts(event), asOf: NOW }, held, entry)).toEqual(actions);
  });
});
