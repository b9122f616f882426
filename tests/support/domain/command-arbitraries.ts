import fc from 'fast-check';
import type { IfShort } from '../../../src/domain/commands';

/** People of the generated worlds; the last one has no account. */
export const PEOPLE = [1, 2, 3, 4, 5, 6] as const;
export const STRANGER = 7;

/** A command before the existing tickets and entries are known. */
export type Wish =
  | { kind: 'book'; by: number; user: number; guests: number[]; quantity: number; ifShort: IfShort }
  | { kind: 'cancel-held'; user: number; quantity: number | null }
  /** `picks` choose among the tickets that were ever issued. */
  | { kind: 'cancel-bookings'; by: number; picks: number[] }
  | { kind: 'join'; by: number; user: number; quantity: number }
  | { kind: 'lower'; user: number; quantity: number }
  | { kind: 'leave'; user: number }
  | { kind: 'prioritize'; user: number; priority: number }
  | { kind: 'update-event'; delta: number; cap: number | null; sale: SaleWish | null }
  | { kind: 'cancel-event' }
  | { kind: 'delete-account'; user: number };

/** When the sale begins and ends, in steps from now; null for never. Each batch is one step. */
export interface SaleWish {
  readonly startsIn: number | null;
  readonly endsIn: number | null;
}

const sale: fc.Arbitrary<SaleWish> = fc.record({
  startsIn: fc.option(fc.integer({ min: -1, max: 4 })),
  endsIn: fc.option(fc.integer({ min: 0, max: 30 })),
});

const person = fc.constantFrom(...PEOPLE);
const anyone = fc.oneof({ weight: 60, arbitrary: person }, fc.constant(STRANGER));
const cap = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.integer({ min: 1, max: 24 }));

const book = fc
  .record({
    kind: fc.constant('book' as const),
    by: person,
    user: person,
    others: fc.uniqueArray(anyone, { maxLength: 3 }),
    own: fc.integer({ min: 0, max: 18 }),
    ifShort: fc.constantFrom<IfShort>('wait', 'wait', 'wait', 'wait', 'wait', 'take', 'refuse'),
  })
  .map(({ others, own, ...rest }) => {
    const guests = others.filter((guest) => guest !== rest.user);
    return { ...rest, guests, quantity: Math.max(1, own + guests.length) };
  });

const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 52, arbitrary: book },
  {
    weight: 22,
    arbitrary: fc.record({
      kind: fc.constant('cancel-held' as const),
      user: person,
      quantity: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('cancel-bookings' as const),
      by: person,
      picks: fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      by: person,
      user: anyone,
      quantity: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('lower' as const),
      user: person,
      quantity: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 18, arbitrary: fc.record({ kind: fc.constant('leave' as const), user: person }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('prioritize' as const),
      user: person,
      priority: fc.constantFrom(0, 0, 1, 5, 100),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('update-event' as const),
      delta: fc.oneof(fc.integer({ min: -6, max: 6 }), fc.integer({ min: 6, max: 16 })),
      cap,
      sale: fc.oneof({ weight: 24, arbitrary: fc.constant(null) }, sale),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('delete-account' as const), user: person }),
  },
);

/** An event, and what happens to it. A cancellation, if any, comes near the end. */
export const story = fc.record({
  total: fc.integer({ min: 1, max: 12 }),
  cap,
  wishes: fc.array(wish, { minLength: 20, maxLength: 200, size: 'max' }),
  ending: fc.option(fc.array(wish, { maxLength: 4 }), { freq: 4 }),
});

export interface Story {
  readonly total: number;
  readonly cap: number | null;
  readonly wishes: readonly Wish[];
  readonly ending: readonly Wish[] | null;
}

export function wishesOf({ wishes, ending }: Story): Wish[] {
  return ending ? [...wishes, { kind: 'cancel-event' }, ...ending] : [...wishes];
}
