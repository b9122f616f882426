import { decide } from '../../src/domain/decide';
import type { EventInventory } from '../../src/domain/event-inventory';
import type { Command } from '../../src/domain/commands';
import { PIECE_TICKETS, piecesOf, previewOf } from '../../src/domain/pieces';
import { accepted, ADMIN, entry, inventoryOf, ticket } from '../support/domain/inventory';

const HELD = 2 * PIECE_TICKETS + 300;

/** One person holds all tickets and waits for one more, between two others. */
function world(waiting: readonly [number, number]): EventInventory {
  return inventoryOf({
    tickets: Array.from({ length: HELD }, (_, index) => ticket(index + 1, 1)),
    queue: [
      entry(1, 8, { quantity: waiting[0] }),
      entry(2, 1),
      entry(3, 9, { quantity: waiting[1] }),
    ],
  });
}

/** What people hold and wait for, and the event's facts but for the version. */
function stateOf(inventory: EventInventory): unknown {
  const facts = { ...inventory.event, version: 0 };
  return {
    facts,
    held: [1, 8, 9].map((userId) =>
      inventory.ticketsHeldBy(userId).map(({ ticketNo }) => ticketNo),
    ),
    waiting: [1, 8, 9].map((userId) => inventory.entryOf(userId)?.quantity),
  };
}

describe('the pieces of a large command', () => {
  const cases: [string, Command, number][] = [
    ['giving back everything', { kind: 'cancel-held', holderId: 1, quantity: null }, HELD],
    ['giving back most', { kind: 'cancel-held', holderId: 1, quantity: HELD - 7 }, HELD],
    ['deleting the account', { kind: 'delete-account', userId: 1 }, HELD],
    [
      'adding tickets',
      { kind: 'update-event', actor: ADMIN, name: 'Festival', totalTickets: HELD + 2_500 },
      0,
    ],
  ];

  it.each(
    cases.flatMap(([name, command, held]) =>
      (
        [
          [1, 1],
          [HELD, 5],
          [700, 1_400],
        ] as const
      ).map((waiting) => [name, waiting, command, held] as const),
    ),
  )('do what the command does: %s, while others wait for %j', (_, waiting, command, held) => {
    const whole = world(waiting);
    accepted(whole, command);

    const divided = world(waiting);
    const pieces = piecesOf(command, divided.event, held);
    for (const piece of pieces) {
      const { outcome } = accepted(divided, piece);
      if ('count' in outcome) expect(outcome.count).toBeLessThanOrEqual(PIECE_TICKETS);
    }

    expect(pieces.length).toBeGreaterThan(1);
    expect(stateOf(divided)).toEqual(stateOf(whole));
  });

  it('of a dry run tell from the first one what the whole would come to', () => {
    const command = { kind: 'update-event', actor: ADMIN, totalTickets: HELD + 2_500 } as const;
    for (const waiting of [
      [1, 1],
      [HELD, 5],
    ] as const) {
      const { event } = world(waiting);
      const [first] = piecesOf(command, event, 0);
      const preview = previewOf(command, event, accepted(world(waiting), first!).outcome);
      const whole = accepted(world(waiting), command).outcome;

      if (preview.kind !== 'update-event') throw new Error('A preview is of the same kind');
      expect(preview.promotedTickets).toBe(whole.promotedTickets);
      expect(preview.event.availableTickets).toBe(whole.event.availableTickets);
      expect(preview.event.totalTickets).toBe(whole.event.totalTickets);
    }
  });

  it('are the command itself if it would be refused', () => {
    const command = { kind: 'cancel-held', holderId: 1, quantity: HELD + 1 } as const;
    const { event } = world([1, 1]);

    expect(piecesOf(command, event, HELD)).toEqual([command]);
    expect(decide(world([1, 1]), command).outcome).toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
