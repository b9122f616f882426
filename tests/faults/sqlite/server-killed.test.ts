import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SqliteSettings } from '../../../src/config/config';
import { Rounds } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld } from '../../support/faults/fault-world';
import { ServerProcess } from '../../support/servers/server-process';

/** A kill comes at a random moment within this time of load. */
const LOAD_MAX_MS = 500;

describe('a server on SQLite', () => {
  let settings: SqliteSettings;
  let world: FaultWorld;
  beforeAll(async () => {
    settings = {
      dialect: 'sqlite',
      storage: path.join(process.env.TEST_FOLDER!, 'faults-server-killed.sqlite'),
    };
    world = await FaultWorld.open(settings);
  });
  afterAll(() => world.close());

  survives(
    {
      area: 'SQLite',
      fault: 'kill -9 at a random moment under load, and a restart',
      checked: 'every 2xx is in the rows, and every key gets its first answer again',
    },
    async () => {
      const rounds = new Rounds({ short: 2, full: 100, long: 500 });
      let effects = 0;
      let server = await ServerProcess.start(settings);
      while (rounds.goOn()) {
        const run = await world.run([server.url]);
        const load = run.startLoad(16);
        await pause(Math.random() * LOAD_MAX_MS);
        await server.kill();
        await load.stop();

        server = await ServerProcess.start(settings);
        run.history.moveTo([server.url]);
        await run.history.repeatKeyed();

        effects += (await run.check()).effects;
      }
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      expect(effects).toBeGreaterThan(rounds.done);
      return rounds.done;
    },
  );

  survives(
    {
      area: 'SQLite',
      fault: 'a second server on the same file',
      checked: 'it exits 1 with an error message; the first goes on',
    },
    async () => {
      const first = await ServerProcess.start(settings);
      const run = await world.run([first.url]);
      const load = run.startLoad(8);

      const second = ServerProcess.spawn(settings);

      expect(await second.exited).toEqual({ code: 1, signal: null });
      expect(second.output).toContain('Another server process uses');
      await load.stop();
      expect(await first.stop()).toEqual({ code: 0, signal: null });
      expect((await run.check()).effects).toBeGreaterThan(0);
      return 1;
    },
  );
});
