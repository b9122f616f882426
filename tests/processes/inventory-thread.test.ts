import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseSettings } from '../../src/config/config';
import { FaultWorld } from '../support/faults/fault-world';
import { ServerProcess } from '../support/servers/server-process';
import { emptyDatabase } from '../support/setup/test-database';
import { until } from '../support/setup/until';

const COMMITTED = 'committed';
const NOW = 'now';
const env = { EXECUTOR: 'thread' };

/** Ends the inventory's thread by an error that nobody catches: at once, or right after a COMMIT. */
function failingThread(file: string): readonly string[] {
  return [
    '--import',
    `data:text/javascript,
    import { readFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import { isMainThread } from 'node:worker_threads';
    const order = () => { try { return readFileSync('${file}', 'utf8'); } catch { return ''; } };
    const fail = () => { process.nextTick(() => { throw new Error('nobody caught this'); }); };
    if (!isMainThread) {
      const { QueryInterface } = createRequire(process.cwd() + '/')('sequelize');
      const commit = QueryInterface.prototype.commitTransaction;
      QueryInterface.prototype.commitTransaction = async function (...given) {
        await commit.apply(this, given);
        if (order() === '${COMMITTED}') fail();
      };
      setInterval(() => { if (order() === '${NOW}') fail(); }, 10).unref();
    }`,
  ];
}

describe("a server whose inventory's thread fails", () => {
  let settings: DatabaseSettings;
  let world: FaultWorld;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'tickets-thread-'));
    file = path.join(folder, 'order');
    settings = await emptyDatabase('thread');
    world = await FaultWorld.open(settings);
  });
  afterEach(() => {
    if (existsSync(file)) rmSync(file);
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  const start = (): Promise<ServerProcess> =>
    ServerProcess.start(settings, { env, nodeOptions: failingThread(file) });

  it('stops with exit code 1 and a line in the log, and loses nothing that it has answered', async () => {
    const server = await start();
    const run = await world.run([server.url]);
    const load = run.startLoad(24);
    await until(() => run.history.calls.length > 50);
    writeFileSync(file, NOW);

    expect(await server.exited).toEqual({ code: 1, signal: null });
    await load.stop();

    expect(server.log.filter(({ level }) => level === 'error')).toMatchObject([
      {
        message: 'Shutting down: uncaught exception',
        error: {
          message: "The inventory's thread has ended",
          cause: { message: 'nobody caught this' },
        },
      },
    ]);
    rmSync(file);
    const next = await ServerProcess.start(settings, { env });
    run.history.moveTo([next.url]);
    await run.history.repeatKeyed();
    await run.check();
    expect(await next.stop()).toEqual({ code: 0, signal: null });
  });

  it('says that the outcome is unknown, and the key then tells the truth', async () => {
    const server = await start();
    const run = await world.run([server.url]);
    const [person] = world.people;
    const book = async (url: string): Promise<Response> =>
      fetch(`${url}/api/tickets/book`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${person!.token}`,
          'Idempotency-Key': key,
        },
        body: JSON.stringify({ event_id: run.eventId }),
      });
    const key = randomUUID();
    writeFileSync(file, COMMITTED);

    const cut = await book(server.url);
    expect([cut.status, ((await cut.json()) as { code: string }).code]).toEqual([
      503,
      'OUTCOME_UNKNOWN',
    ]);
    expect(await server.exited).toEqual({ code: 1, signal: null });

    rmSync(file);
    const next = await ServerProcess.start(settings, { env });
    const again = await book(next.url);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    await next.stop();
  });
});
