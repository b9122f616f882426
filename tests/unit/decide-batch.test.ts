import type { BookTickets, Command } from '../../src/domain/commands';
import { EventInventory } from '../../src/domain/event-inventory';
import type { CommandRequest } from '../../src/inventory/command-request';
import { decideBatch, type Verdict } from '../../src/inventory/decide-batch';
import {
  judgeKey,
  KEY_LIFETIME_HOURS,
  scopeId,
  type IdempotencyKey,
  type StoredKey,
} from '../../src/inventory/idempotency';
import { entry, eventFacts, inventoryOf, NOW, ticket, ADMIN } from '../support/domain/inventory';

const HOUR_MS = 3_600_000;

const book = (userId: number, quantity = 1): BookTickets => ({
  kind: 'book',
  bookedBy: userId,
  userId,
  additionalUsers: [],
  quantity,
});

function requestOf(command: Command, options: Partial<CommandRequest> = {}): CommandRequest {
  return { command, actorId: 1, requestId: null, ...options };
}

function keyOf(fields: Partial<IdempotencyKey> = {}): IdempotencyKey {
  return {
    userId: 1,
    route: 'POST /api/tickets/book',
    key: 'k',
    fingerprint: 'a'.repeat(64),
    ...fields,
  };
}

function storedOf(idempotencyKey: IdempotencyKey, ageMs = 0): StoredKey {
  return {
    id: 1,
    user_id: idempotencyKey.userId,
    route: idempotencyKey.route,
    idempotency_key: idempotencyKey.key,
    fingerprint: idempotencyKey.fingerprint,
    status: 201,
    body: '{"first":true}',
    createdAt: new Date(NOW.getTime() - ageMs),
  };
}

const none = new Map<string, StoredKey>();
const kindsOf = (verdicts: readonly Verdict[]) => verdicts.map(({ kind }) => kind);

describe('a batch of commands', () => {
  it('is decided one after another, each on the result of those before it', () => {
    const inventory = inventoryOf({ event: { totalTickets: 1 } });

    const verdicts = decideBatch(inventory, none, [requestOf(book(1)), requestOf(book(2))]);

    expect(
      verdicts.map(
        (one) => one.kind === 'decided' && !one.decision.outcome.refused && one.before.version,
      ),
    ).toEqual([0, 1]);
    expect(inventory.event).toMatchObject({ availableTickets: 0, waitlistCount: 1, version: 2 });
  });

  it('goes on after a refusal as if the command had not been sent', () => {
    const inventory = inventoryOf({ event: { maxTicketsPerUser: 1 } });

    const verdicts = decideBatch(inventory, none, [
      requestOf(book(1, 2)),
      requestOf(book(2)),
      requestOf({ kind: 'cancel-held', holderId: 3, quantity: null }),
    ]);

    expect(verdicts.map((one) => one.kind === 'decided' && one.decision.outcome.refused)).toEqual([
      true,
      false,
      true,
    ]);
    expect(inventory.event).toMatchObject({ availableTickets: 9, version: 1 });
  });

  it('leaves the event alone in a dry run', () => {
    const inventory = inventoryOf({});

    const [verdicts] = decideBatch(inventory, none, [requestOf(book(1), { isDryRun: true })]);

    expect(verdicts?.kind === 'decided' && verdicts.decision.after.availableTickets).toBe(9);
    expect(inventory.event.availableTickets).toBe(10);
  });

  it('ends before a command that needs more of the queue than was loaded', () => {
    const inventory = new EventInventory({
      event: eventFacts({
        availableTickets: 0,
        waitlistCount: 2,
        waitlistTickets: 2,
        nextQueueNo: 3,
      }),
      now: NOW,
      tickets: [ticket(1, 7), ticket(2, 8)],
      head: [entry(1, 1)],
    });
    const give = (holderId: number) => requestOf({ kind: 'cancel-held', holderId, quantity: null });

    expect(decideBatch(inventory, none, [give(7), give(8)])).toHaveLength(1);
  });

  it('ends before a command that would remove an entry whose id has been promised', () => {
    const inventory = inventoryOf({ tickets: [ticket(1, 7)], queue: [entry(1, 8)] });

    const verdicts = decideBatch(inventory, none, [
      requestOf({ kind: 'join', userId: 1, requestedBy: 1, quantity: 1 }),
      requestOf({ kind: 'leave', userId: 1, actor: ADMIN }),
    ]);

    expect(kindsOf(verdicts)).toEqual(['decided']);
    expect(inventory.entryOf(1)).toBeDefined();
  });
});

describe('requests with one key in a batch', () => {
  it('run once, and the others are duplicates', () => {
    const inventory = inventoryOf({});
    const first = requestOf(book(1), { idempotencyKey: keyOf() });

    const verdicts = decideBatch(inventory, none, [first, { ...first }, { ...first }]);

    expect(kindsOf(verdicts)).toEqual(['decided', 'duplicate', 'duplicate']);
    expect(verdicts[1]).toEqual({ kind: 'duplicate', of: first });
    expect(inventory.event.availableTickets).toBe(9);
  });

  it('run once each if user, route or key differ', () => {
    const inventory = inventoryOf({});
    const scopes = [{}, { userId: 2 }, { route: 'POST /api/tickets/cancel' }, { key: 'K' }];

    const verdicts = decideBatch(
      inventory,
      none,
      scopes.map((scope) => requestOf(book(1), { idempotencyKey: keyOf(scope) })),
    );

    expect(kindsOf(verdicts)).toEqual(['decided', 'decided', 'decided', 'decided']);
  });

  it('are refused if they ask for something else', () => {
    const verdicts = decideBatch(inventoryOf({}), none, [
      requestOf(book(1), { idempotencyKey: keyOf() }),
      requestOf(book(1, 2), { idempotencyKey: keyOf({ fingerprint: 'b'.repeat(64) }) }),
    ]);

    expect(verdicts[1]).toMatchObject({
      kind: 'answered',
      result: { refused: true, code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('leave the key free after a refusal', () => {
    const inventory = inventoryOf({});
    const idempotencyKey = keyOf();

    const verdicts = decideBatch(inventory, none, [
      requestOf({ kind: 'cancel-held', holderId: 1, quantity: null }, { idempotencyKey }),
      requestOf(book(1), { idempotencyKey }),
    ]);

    expect(kindsOf(verdicts)).toEqual(['decided', 'decided']);
    expect(inventory.event.availableTickets).toBe(9);
  });

  it('get the stored answer if there is one, and run nothing', () => {
    const inventory = inventoryOf({});
    const idempotencyKey = keyOf();
    const stored = storedOf(idempotencyKey);

    const verdicts = decideBatch(inventory, new Map([[scopeId(idempotencyKey), stored]]), [
      requestOf(book(1), { idempotencyKey }),
    ]);

    const result = { refused: false, outcome: 'replayed', status: 201, body: '{"first":true}' };
    expect(verdicts).toEqual([{ kind: 'answered', result }]);
    expect(inventory.event.availableTickets).toBe(10);
  });
});

describe('a stored key', () => {
  const idempotencyKey = keyOf();

  it('answers the same request until it is 24 hours old', () => {
    const lifetimeMs = KEY_LIFETIME_HOURS * HOUR_MS;

    expect(lifetimeMs).toBe(24 * HOUR_MS);
    expect(judgeKey(storedOf(idempotencyKey, lifetimeMs - 1), idempotencyKey, NOW)).toEqual({
      status: 201,
      body: '{"first":true}',
    });
    expect(judgeKey(storedOf(idempotencyKey, lifetimeMs), idempotencyKey, NOW)).toBe('free');
  });

  it('refuses another request, unless it has expired', () => {
    const other = { ...idempotencyKey, fingerprint: 'b'.repeat(64) };

    expect(judgeKey(storedOf(idempotencyKey), other, NOW)).toBe('reused');
    expect(judgeKey(storedOf(idempotencyKey, 25 * HOUR_MS), other, NOW)).toBe('free');
  });

  it('counts as free if there is none', () => {
    expect(judgeKey(undefined, idempotencyKey, NOW)).toBe('free');
  });
});
