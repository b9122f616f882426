import type { Request } from 'express';
import type { ApiResponse } from '../../src/middlewares/locals';
import { paceRequests } from '../../src/middlewares/pace-requests';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('simultaneous requests', () => {
  /** Sends so many requests in one turn; returns the numbers of those that have begun. */
  const askAtOnce = (count: number): number[] => {
    const begun: number[] = [];
    const turns = paceRequests();
    for (let number = 0; number < count; number += 1) {
      void turns({} as Request, {} as ApiResponse, () => begun.push(number));
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
    const ask = (name: string): void =>
      void turns({} as Request, {} as ApiResponse, () => begun.push(name));
    ask('first');
    await nextTurn();
    ask('second');
    await nextTurn();

    expect(begun).toEqual(['first', 'second']);
  });
});
