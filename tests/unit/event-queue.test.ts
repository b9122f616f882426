import { COMMAND_LIMIT_MS, EventQueue } from '../../src/inventory/event-queue';
import type { CommandRequest } from '../../src/inventory/command-request';

/** A request that cancels a whole event, and so may run for longer than its twin may wait. */
function requestWith(key: string): CommandRequest {
  return {
    command: { kind: 'cancel-event', mayManage: () => true },
    actorId: 1,
    requestId: null,
    once: {
      userId: 1,
      route: 'POST /api/events/:event_id/cancel',
      key,
      fingerprint: 'same',
      answer: () => ({ status: 200, body: '{}' }),
    },
  };
}

describe('a command whose time is over before it ran', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is told that its key is in use where its twin is still running', async () => {
    const queue = new EventQueue();
    queue.add(requestWith('k'));
    queue.takeGroup();
    const twin = queue.add(requestWith('k'));
    const refused = expect(twin.promise).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_IN_USE',
      retryAfterSeconds: 1,
    });

    await jest.advanceTimersByTimeAsync(COMMAND_LIMIT_MS);

    await refused;
  });

  it('is told to come back where it waited for others', async () => {
    const queue = new EventQueue();
    queue.add(requestWith('other'));
    queue.takeGroup();
    const waiting = queue.add(requestWith('k'));
    const refused = expect(waiting.promise).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterSeconds: 1,
    });

    await jest.advanceTimersByTimeAsync(COMMAND_LIMIT_MS);

    await refused;
  });
});
