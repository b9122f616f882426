import { MessageChannel } from 'node:worker_threads';
import { QueuedTurns } from '../../src/database/write-turns';
import { ApiError, serviceUnavailable } from '../../src/errors/api-error';
import { packError, unpackError } from '../../src/errors/portable-error';
import { Outbox } from '../../src/inventory-thread/outbox';

describe('what the threads send to each other', () => {
  it('goes in one message for each turn of the event loop, in order', async () => {
    const sent: unknown[] = [];
    const outbox = new Outbox<number>({ postMessage: (messages) => sent.push(messages) });
    const turn = () => new Promise((resolve) => setImmediate(resolve));

    outbox.add(1);
    await Promise.resolve();
    outbox.add(2);
    await turn();
    outbox.add(3);
    await turn();

    expect(sent).toEqual([[1, 2], [3]]);
  });

  it('is an error that means the same on the other side', async () => {
    const cause = new TypeError('no such row');
    const error = new ApiError('VALIDATION_FAILED', 'quantity is too large', {
      details: [{ field: 'quantity', message: 'quantity is too large' }],
      retryAfterSeconds: 3,
      headers: { 'X-Test': 'yes' },
      cause,
    });

    const { port1, port2 } = new MessageChannel();
    const arrived = new Promise((resolve) => port2.once('message', resolve));
    port1.postMessage(packError(error));
    const unpacked = unpackError((await arrived) as ReturnType<typeof packError>) as ApiError;
    port1.close();

    expect(unpacked).toBeInstanceOf(ApiError);
    expect(Object.entries(unpacked)).toEqual(Object.entries(error));
    expect([unpacked.status, unpacked.message]).toEqual([400, 'quantity is too large']);
    expect(unpacked.cause).toMatchObject({
      name: 'TypeError',
      message: 'no such row',
      stack: cause.stack,
    });
  });

  it('is an error without a cause or details where there is none', () => {
    const error = serviceUnavailable('busy');
    const unpacked = unpackError(packError(error)) as ApiError;
    expect(Object.entries(unpacked)).toEqual(Object.entries(error));
    expect(unpacked.cause).toBeUndefined();
    expect(unpackError(packError('text'))).toMatchObject({ name: 'Error', message: 'text' });
  });
});

describe('turns to write', () => {
  it('come one after another, in the order in which they were asked for', async () => {
    const turns = new QueuedTurns();
    const order: string[] = [];
    const takeTurn = async (name: string): Promise<void> => {
      const end = await turns.take();
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      end();
    };

    await Promise.all(['a', 'b', 'c'].map(takeTurn));

    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });
});
