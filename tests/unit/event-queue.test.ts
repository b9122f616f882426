import { COMMAND_LIMIT_MS, EventQueue } from '../../src/inventory/event-queue';
import type { CommandRequest } from '../../src/inventory/command-request';
import { ADMIN } from '../support/domain/inventory';

/** No test here waits in real time, so anything that takes this long hangs. */
const HANG_LIMIT_MS = 5_000;
jest.setTimeout(HANG_LIMIT_MS);

/** A request that cancels a whole event, and so may run for longer than its duplicate may wait. */
function requestWith(key: string): CommandRequest {
  return {
    command: { kind: 'cancel-event', actor: ADMIN },
    actorId: 1,
    requestId: null,
    idempotencyKey: {
      userId: 1,
      route: 'POST /api/events/:event_id/cancel',
      key,
      fingerprint: 'same',
    },
  };
}

describe('a command whose deadline passes before it ran', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is refused with IDEMPOTENCY_KEY_IN_USE if its duplicate is still running', async () => {
    const queue = new EventQueue(1);
    queue.add(requestWith('k'));
    queue.takeBatch();
    const duplicate = queue.add(requestWith('k'));
    const refused = expect(duplicate.promise).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_IN_USE',
      retryAfterSeconds: 1,
    });

    await jest.advanceTimersByTimeAsync(COMMAND_LIMIT_MS);

    await refused;
  });

  it.each([
    [
      'it waited for others',
      (queue: EventQueue) => {
        queue.add(requestWith('other'));
        queue.takeBatch();
        return queue.add(requestWith('k'));
      },
    ],
    [
      'its batch failed',
      (queue: EventQueue) => {
        const waiting = queue.add(requestWith('k'));
        queue.makeExclusive(queue.takeBatch());
        queue.endBatch();
        return waiting;
      },
    ],
  ])('is refused with Retry-After if %s', async (_why, addTo) => {
    const waiting = addTo(new EventQueue(1));
    const refused = expect(waiting.promise).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterSeconds: 1,
    });

    await jest.advanceTimersByTimeAsync(COMMAND_LIMIT_MS);

    await refused;
  });
});

describe('the queue of one event', () => {
  const bookingOf = (quantity = 1): CommandRequest => ({
    command: { kind: 'book', bookedBy: 1, userId: 1, additionalUsers: [], quantity },
    actorId: 1,
    requestId: null,
  });
  const cancelEvent: CommandRequest = {
    command: { kind: 'cancel-event', actor: ADMIN },
    actorId: 1,
    requestId: null,
  };
  let queue: EventQueue;
  beforeEach(() => {
    jest.useFakeTimers();
    queue = new EventQueue(1);
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const takeRequests = (): CommandRequest[] => queue.takeBatch().map(({ request }) => request);

  it('hands out commands in the order of arrival', () => {
    const requests = [bookingOf(), bookingOf(), bookingOf()];
    for (const request of requests) queue.add(request);

    expect(takeRequests()).toEqual(requests);
    expect(queue.length).toBe(0);
  });

  it('puts back at the head what must run again, before later arrivals', () => {
    const requests = [1, 2, 3].map(bookingOf);
    for (const request of requests) queue.add(request);
    const batch = queue.takeBatch();
    const late = bookingOf(4);
    queue.add(late);

    queue.putBack(batch.slice(1));

    expect(takeRequests()).toEqual([requests[1], requests[2], late]);
  });

  it('keeps the deadline of what was put back', async () => {
    const { promise } = queue.add(bookingOf());
    const refused = expect(promise).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    queue.putBack(queue.takeBatch());

    await jest.advanceTimersByTimeAsync(COMMAND_LIMIT_MS);

    await refused;
    expect(queue.length).toBe(0);
  });

  it('does not time out a command while its batch runs', async () => {
    const pending = queue.add(bookingOf());
    queue.takeBatch();

    await jest.advanceTimersByTimeAsync(2 * COMMAND_LIMIT_MS);
    pending.resolve({ refused: true, code: 'EVENT_NOT_FOUND', message: '' });

    await expect(pending.promise).resolves.toMatchObject({ code: 'EVENT_NOT_FOUND' });
  });

  it('runs a command on the whole event alone', () => {
    for (const request of [bookingOf(), cancelEvent, cancelEvent, bookingOf()]) queue.add(request);

    const kinds = [1, 2, 3, 4].map(() => takeRequests().map(({ command }) => command.kind));

    expect(kinds).toEqual([['book'], ['cancel-event'], ['cancel-event'], ['book']]);
  });

  it('limits a batch by commands and by rows written, and starves none', () => {
    for (let count = 0; count < 300; count += 1) queue.add(bookingOf());
    expect(takeRequests()).toHaveLength(256);
    expect(takeRequests()).toHaveLength(44);

    for (const quantity of [1_000, 1_000, 1, 5_000, 1]) queue.add(bookingOf(quantity));
    expect([1, 2, 3, 4].map(() => takeRequests().length)).toEqual([2, 1, 1, 1]);
  });
});

describe('a queue that cannot keep up', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is overdue from when its oldest command has waited too long until it is taken', async () => {
    const queue = new EventQueue(1);
    void queue.add(requestWith('first'));
    expect(queue.isOverdue).toBe(false);
    await jest.advanceTimersByTimeAsync(2_100);
    void queue.add(requestWith('second'));
    expect(queue.isOverdue).toBe(true);

    queue.takeBatch();

    expect(queue.isOverdue).toBe(false);
  });

  it('lets no command begin with too little time left', async () => {
    const queue = new EventQueue(1);
    const waiting = queue.add(requestWith('k'));
    const refused = expect(waiting.promise).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });

    await jest.advanceTimersByTimeAsync(COMMAND_LIMIT_MS - 1_000);

    await refused;
    expect(queue.takeBatch()).toEqual([]);
  });
});
