import { setImmediate as turn } from 'node:timers/promises';
import { BatchedReader } from '../../src/database/batched-reader';

/** One query, in flight until the test ends it. */
interface Query {
  readonly keys: readonly number[];
  readonly end: (rows: ReadonlyMap<number, string>) => void;
  readonly fail: (error: Error) => void;
}

describe('reads that share a query', () => {
  let queries: Query[];
  let reader: BatchedReader<number, string>;
  beforeEach(() => {
    queries = [];
    reader = new BatchedReader(
      (keys) =>
        new Promise((resolve, reject) => {
          queries.push({ keys, end: resolve, fail: reject });
        }),
    );
  });

  it('begin after the last of them was requested: none joins a query in flight', async () => {
    const early = reader.read(1);
    const late = reader.read(1);
    await turn();
    expect(queries.map(({ keys }) => keys)).toEqual([[1]]);

    queries[0]!.end(new Map([[1, 'as it was']]));
    expect(await early).toBe('as it was');
    await turn();
    expect(queries).toHaveLength(2);
    queries[1]!.end(new Map([[1, 'as it is now']]));
    expect(await late).toBe('as it is now');
  });

  it('query all waiting keys, each once, and get each its own row', async () => {
    const first = reader.read(1);
    const others = [2, 3, 2].map((key) => reader.read(key));
    queries[0]!.end(new Map());
    expect(await first).toBeUndefined();
    await turn();

    expect(queries[1]!.keys).toEqual([2, 3]);
    queries[1]!.end(
      new Map([
        [2, 'two'],
        [3, 'three'],
      ]),
    );
    expect(await Promise.all(others)).toEqual(['two', 'three', 'two']);
  });

  it('are answered a few in each turn of the event loop, so that others get their turns', async () => {
    const first = reader.read(0);
    let answered = 0;
    const others = Array.from({ length: 40 }, (_, key) =>
      reader.read(key).then(() => (answered += 1)),
    );
    queries[0]!.end(new Map());
    await first;
    await turn();
    expect(queries[1]!.keys).toHaveLength(40);

    queries[1]!.end(new Map());
    const counts: number[] = [];
    while (answered < others.length) {
      await turn();
      counts.push(answered);
    }
    expect(counts).toEqual([16, 32, 40]);
  });

  it('fail together, without effect on later ones', async () => {
    const failing = reader.read(1);
    queries[0]!.fail(new Error('The database is away'));
    await expect(failing).rejects.toThrow('The database is away');

    const next = reader.read(1);
    await turn();
    queries[1]!.end(new Map([[1, 'back']]));
    expect(await next).toBe('back');
  });

  it('are refused beyond a limit, and accepted again afterwards', async () => {
    const first = reader.read(0);
    const waiting = Array.from({ length: 10_000 }, () => reader.read(1));
    await expect(reader.read(2)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });

    queries[0]!.end(new Map());
    await first;
    await turn();
    queries[1]!.end(new Map([[1, 'one']]));
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['one']));
    const later = reader.read(2);
    await turn();
    queries[2]!.end(new Map([[2, 'two']]));
    expect(await later).toBe('two');
  });
});
