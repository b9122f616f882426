import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseSettings } from '../../../src/config/config';
import { Rounds } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld } from '../../support/faults/fault-world';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';

/** A kill comes at a random moment within this time of load. */
const LOAD_MAX_MS = 500;

describe('a server that is killed', () => {
  let settings: DatabaseSettings;
  let world: FaultWorld;
  beforeAll(async () => {
    settings = await emptyDatabase('faults_server_killed');
    world = await FaultWorld.open(settings);
  });
  afterAll(() => world.close());

  survives(
    {
      area: 'The server',
      fault: 'kill -9 at a random moment under load, and a restart',
      checked: 'every 2xx is in the rows, and every key gets its first answer again',
    },
    async () => {
      const rounds = new Rounds({ short: 3, full: 200, long: 1_000 }, 4);
      let effects = 0;
      let server = await ServerProcess.start(settings);
      while (rounds.goOn()) {
        const run = await world.run([server.url]);
        const load = run.startLoad(24);
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
      area: 'The server',
      fault: 'kill -9 of one of two servers in turn under load',
      checked: 'the other goes on, knows every key, and all answers agree on one order',
    },
    async () => {
      const rounds = new Rounds({ short: 1, full: 30, long: 200 });
      const servers = [await ServerProcess.start(settings), await ServerProcess.start(settings)];
      const urls = (): string[] => servers.map(({ url }) => url);
      while (rounds.goOn()) {
        const run = await world.run(urls());
        const load = run.startLoad(24);
        await pause(Math.random() * LOAD_MAX_MS);
        const [victim] = servers.splice(rounds.done % 2, 1);
        await victim!.kill();
        run.history.moveTo(urls());
        await load.stop();
        await run.history.repeatKeyed();
        await run.check();
        servers.push(await ServerProcess.start(settings));
      }
      for (const server of servers) await server.stop();
      return rounds.done;
    },
  );
});
