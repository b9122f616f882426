import { setImmediate as turn } from 'node:timers/promises';
import { Bulkhead, type BulkheadOptions } from '../../src/load/bulkhead';
import { createBulkheads } from '../../src/load/bulkheads';
import { connectionShares, SQLITE_SHARES } from '../../src/load/connection-shares';

const REFUSED = { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 };

function bulkheadOf(options: Partial<BulkheadOptions> = {}): Bulkhead {
  return new Bulkhead({
    concurrent: 2,
    waitingMax: 2,
    waitLimitMs: 60_000,
    message: 'Too much at once',
    ...options,
  });
}

/** Work that ends when it is told to. */
class Task {
  isRunning = false;
  end!: () => void;
  fail!: (error: Error) => void;
  readonly run = (): Promise<void> => {
    this.isRunning = true;
    return new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  };
}

describe('a bulkhead', () => {
  it('runs a number at a time, lets others wait in the order of arrival, and refuses the rest', async () => {
    const bulkhead = bulkheadOf();
    const tasks = Array.from({ length: 5 }, () => new Task());
    const runs = tasks.map((task) => bulkhead.run(task.run));
    const running = (): boolean[] => tasks.map(({ isRunning }) => isRunning);

    await expect(runs[4]).rejects.toMatchObject({ ...REFUSED, message: 'Too much at once' });
    expect(running()).toEqual([true, true, false, false, false]);

    tasks[1]!.end();
    await runs[1];
    await turn();
    expect(running()).toEqual([true, true, true, false, false]);

    tasks[0]!.fail(new Error('failed'));
    await expect(runs[0]).rejects.toThrow('failed');
    await turn();
    expect(running()).toEqual([true, true, true, true, false]);

    tasks[2]!.end();
    tasks[3]!.end();
    await Promise.all([runs[2], runs[3]]);
    await bulkhead.run(() => Promise.resolve());
  });

  it('refuses what has waited too long, and keeps its place for nobody', async () => {
    const bulkhead = bulkheadOf({ concurrent: 1, waitLimitMs: 1 });
    const first = new Task();
    const run = bulkhead.run(first.run);

    await expect(bulkhead.run(() => Promise.resolve())).rejects.toMatchObject(REFUSED);

    first.end();
    await run;
    expect(await bulkhead.run(() => Promise.resolve('served'))).toBe('served');
  });

  it('admits nothing while it is closed', async () => {
    let isClosed = true;
    const bulkhead = bulkheadOf({ isClosed: () => isClosed });

    await expect(bulkhead.run(() => Promise.resolve())).rejects.toMatchObject(REFUSED);
    isClosed = false;
    expect(await bulkhead.run(() => Promise.resolve('served'))).toBe('served');
  });

  it('of long reads is closed by an overloaded event loop, the others are not', async () => {
    const refused: string[] = [];
    const { shortReads, longReads, accounts } = createBulkheads(SQLITE_SHARES, {
      isOverloaded: () => true,
      onRefusal: (share) => refused.push(share),
    });
    const work = (): Promise<string> => Promise.resolve('served');

    await expect(longReads.run(work)).rejects.toMatchObject(REFUSED);
    expect(await shortReads.run(work)).toBe('served');
    expect(await accounts.run(work)).toBe('served');
    expect(refused).toEqual(['longReads']);
  });
});

describe('the shares of the connections', () => {
  it.each([10, 12, 15, 16, 24, 50, 200])(
    'add up to a pool of %i, most of it for batches',
    (poolMax) => {
      const shares = connectionShares(poolMax);

      const all: number[] = Object.values(shares);
      expect(all.reduce((sum, share) => sum + share, 0)).toBe(poolMax);
      for (const share of all) expect(share).toBeGreaterThanOrEqual(1);
      if (poolMax >= 12) expect(shares.batches).toBe(Math.max(...all));
    },
  );

  it('leave one for each kind in the smallest pool', () => {
    expect(connectionShares(4)).toMatchObject({ batches: 1, shortReads: 1, longReads: 1 });
  });
});
