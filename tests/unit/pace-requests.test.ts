import { EventEmitter } from 'node:events';
import type { Request } from 'express';
import type { ApiResponse } from '../../src/middlewares/locals';
import { paceRequests } from '../../src/middlewares/pace-requests';

const get = { method: 'GET', path: '/api/events' } as Request;
const post = { method: 'POST', path: '/api/tickets/book' } as Request;

function responseOf(): ApiResponse {
  return new EventEmitter() as unknown as ApiResponse;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('simultaneous requests', () => {
  /** Sends so many requests in one turn; returns the numbers of those that have begun. */
  const askAtOnce = (count: number): number[] => {
    const begun: number[] = [];
    const turns = paceRequests();
    for (let number = 0; number < count; number += 1) {
      void turns(get, responseOf(), () => begun.push(number));
    }
    return begun;
  };

  it('begin in the order of arrival, thirty-two in a turn of the event loop', async () => {
    const begun = askAtOnce(70);
    const numbers = Array.from({ length: 70 }, (_, number) => number);

    expect(begun).toEqual([]);
    await nextTurn();
    expect(begun).toEqual(numbers.slice(0, 32));
    await nextTurn();
    expect(begun).toEqual(numbers.slice(0, 64));
    await nextTurn();
    expect(begun).toEqual(numbers);
  });

  it('do not delay later requests', async () => {
    const begun: string[] = [];
    const turns = paceRequests();
    const ask = (name: string): void => void turns(get, responseOf(), () => begun.push(name));
    ask('first');
    await nextTurn();
    ask('second');
    await nextTurn();

    expect(begun).toEqual(['first', 'second']);
  });

  it('begin with changes, and with one read a turn beside them until the changes are answered', async () => {
    const begun: string[] = [];
    const turns = paceRequests();
    const change = responseOf();
    for (let number = 0; number < 40; number += 1) {
      void turns(get, responseOf(), () => begun.push('read'));
    }
    void turns(post, change, () => begun.push('change'));

    await nextTurn();
    expect(begun).toEqual(['change', 'read']);
    await nextTurn();
    expect(begun).toHaveLength(3);
    change.emit('close');
    await nextTurn();
    expect(begun).toHaveLength(35);
  });

  it('begin with one read for each change, however many changes come', async () => {
    const begun: string[] = [];
    const turns = paceRequests();
    const ask = (request: Request, name: string): void => {
      for (let number = 0; number < 100; number += 1) {
        void turns(request, responseOf(), () => begun.push(name));
      }
    };
    ask(get, 'read');
    for (let number = 0; number < 7; number += 1) {
      void turns(post, responseOf(), () => begun.push('change'));
    }

    await nextTurn();
    expect(begun).toEqual([
      ...Array.from({ length: 7 }, () => 'change'),
      ...Array.from({ length: 7 }, () => 'read'),
    ]);
    ask(post, 'change');
    await nextTurn();
    expect(begun.filter((name) => name === 'read')).toHaveLength(7 + 32);
    expect(begun.filter((name) => name === 'change')).toHaveLength(7 + 32);
  });

  it('do not hold up health checks and metrics', () => {
    const turns = paceRequests();
    for (const path of ['/health/ready', '/health/live', '/metrics']) {
      let hasBegun = false;
      void turns({ method: 'GET', path } as Request, responseOf(), () => (hasBegun = true));
      expect([path, hasBegun]).toEqual([path, true]);
    }
  });
});
