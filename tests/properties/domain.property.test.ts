import fc from 'fast-check';
import type { Outcome, Promotion } from '../../src/domain/outcomes';
import { story, wishesOf, type Story, type Wish } from '../support/domain/command-arbitraries';
import { ModelComparison } from '../support/domain/model-comparison';

const FACTOR = process.env.TEST_LONG === 'true' ? 10 : 1;
const STORIES = 5_000 * FACTOR;
const BATCHED_STORIES = 1_000 * FACTOR;
/** Below this share of the commands, a kind of outcome counts as not tested. */
const LEAST_SHARE = 0.03;
/** Commands that the executor never puts into one batch with others. */
const EXCLUSIVE_KINDS: ReadonlySet<Wish['kind']> = new Set([
  'update-event',
  'cancel-event',
  'delete-account',
]);

type Shares = Record<
  'partial' | 'promoting' | 'capped' | 'short' | 'closed' | 'cancelling' | 'refused',
  number
>;

function count(
  shares: Shares,
  wish: Wish,
  { outcome, promotions }: { outcome: Outcome; promotions: readonly Promotion[] },
): void {
  if (outcome.refused) {
    shares.refused += 1;
    if (outcome.code === 'TICKET_LIMIT_REACHED') shares.capped += 1;
    if (outcome.code === 'NOT_ENOUGH_TICKETS') shares.short += 1;
    if (outcome.code.startsWith('SALE_')) shares.closed += 1;
    return;
  }
  if (outcome.kind === 'book' && outcome.outcome === 'partially_booked') shares.partial += 1;
  if (promotions.length > 0) shares.promoting += 1;
  if (wish.kind.startsWith('cancel')) shares.cancelling += 1;
}

describe('the domain, compared with a naive model', () => {
  it(`agrees with it after every command of ${String(STORIES)} random stories`, () => {
    const shares: Shares = {
      partial: 0,
      promoting: 0,
      capped: 0,
      short: 0,
      closed: 0,
      cancelling: 0,
      refused: 0,
    };
    let commands = 0;
    fc.assert(
      fc.property(story, (told: Story) => {
        const world = new ModelComparison(told);
        for (const wish of wishesOf(told)) {
          commands += 1;
          count(shares, wish, world.run([wish])[0]!);
        }
        world.compareTickets();
      }),
      { numRuns: STORIES },
    );
    const table = Object.entries(shares).map(([kind, times]) => ({
      kind,
      times,
      share: `${((100 * times) / commands).toFixed(1)} %`,
    }));
    console.log(`${String(commands)} commands in ${String(STORIES)} stories`);
    console.table(table);
    for (const [kind, times] of Object.entries(shares)) {
      if (times / commands < LEAST_SHARE) throw new Error(`Too few commands were ${kind}`);
    }
  });

  it(`gives in batches what it gives one by one, in ${String(BATCHED_STORIES)} stories`, () => {
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(story, sizes, (told: Story, batchSizes) => {
        const world = new ModelComparison(told);
        let waiting = wishesOf(told);
        while (waiting.length > 0) {
          const size = batchSizes.next().value as number;
          const done = world.run(nextBatch(waiting, size)).length;
          waiting = waiting.slice(done);
        }
        world.compareTickets();
      }),
      { numRuns: BATCHED_STORIES },
    );
  });
});

function nextBatch(waiting: readonly Wish[], size: number): Wish[] {
  const exclusive = waiting.findIndex(({ kind }) => EXCLUSIVE_KINDS.has(kind));
  if (exclusive === 0) return waiting.slice(0, 1);
  return waiting.slice(0, exclusive < 0 ? size : Math.min(size, exclusive));
}
