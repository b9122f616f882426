import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSettings, SqliteSettings } from '../../../src/config/config';
import { Rounds, times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld, type FaultRun } from '../../support/faults/fault-world';
import { testEngine } from '../../support/servers/database-engine';
import { OwnDatabase } from '../../support/servers/own-database';
import { ServerProcess } from '../../support/servers/server-process';
import { SmallDisk } from '../../support/faults/small-disk';
import { testDatabase } from '../../support/setup/test-database';
import { getThrough } from '../../support/faults/trouble';
import { until } from '../../support/setup/until';

/** Room for what the rounds write, in addition to what fills the disk. */
const WRITTEN_MIB = times({ short: 0, full: 300, long: 3_000 });
const SQLITE_MIB = 32 + WRITTEN_MIB;
/** An empty data folder of MySQL is larger. */
const SERVER_MIB = { mariadb: 176, mysql: 320 }[testEngine()] + WRITTEN_MIB;
const LOG_MIB = 4;
/** Lines between two checks whether the server has noticed. */
const LINES_AT_ONCE = 50;
/** The server notices after some seconds in which the disk has accepted nothing. */
const LOG_LIMIT_MS = 30_000;
const START_LIMIT_MS = 60_000;
/** Databases still have some room in their files when the disk is full. */
const FULL_WITHIN_MS = 20_000;
const ENOUGH_REFUSED = 20;

/** Fills the disk under load until requests are refused, and frees it again. */
async function fillUp(
  world: FaultWorld,
  database: DatabaseSettings,
  disk: SmallDisk,
  revive?: () => Promise<void>,
): Promise<number> {
  const server = await ServerProcess.start(database);
  const rounds = new Rounds({ short: 1, full: 5, long: 20 });
  try {
    while (rounds.goOn()) {
      await getThrough({
        world,
        url: server.url,
        isPartial: true,
        begin: () => disk.fill(),
        meanwhile: (run: FaultRun) =>
          until(
            () => (run.history.tally()['503 SERVICE_UNAVAILABLE'] ?? 0) > ENOUGH_REFUSED,
            FULL_WITHIN_MS,
          ),
        end: async () => {
          disk.free();
          await revive?.();
        },
      });
    }
  } finally {
    await server.stop();
  }
  return rounds.done;
}

const FAULT = {
  fault: 'the disk is full, on a small separate file system, under load',
  checked: '503, nothing partial; bookings succeed within 2 s once there is room again',
} as const;

// Otherwise there is no disk to fill.
const canMount = SmallDisk.canMount();

(canMount ? describe : undefined)?.('SQLite on a full disk', () => {
  let disk: SmallDisk;
  let settings: SqliteSettings;
  let world: FaultWorld;
  beforeAll(async () => {
    disk = SmallDisk.mount(SQLITE_MIB);
    settings = { dialect: 'sqlite', storage: path.join(disk.folder, 'tickets.sqlite') };
    world = await FaultWorld.open(settings);
  });
  afterAll(async () => {
    await world.close();
    disk.unmount();
  });

  survives({ area: 'SQLite', ...FAULT }, () => fillUp(world, settings, disk));
});

(canMount ? describe : undefined)?.('log files on a full disk', () => {
  let disk: SmallDisk;
  beforeAll(() => {
    disk = SmallDisk.mount(LOG_MIB);
  });
  afterAll(() => {
    disk.unmount();
  });

  survives(
    {
      area: 'The server',
      fault: 'the disk of LOG_DIR is full',
      checked: 'all are answered and appear on standard output; files continue once there is room',
    },
    async () => {
      const server = await ServerProcess.start(await testDatabase(), {
        env: { LOG_DIR: disk.folder },
      });
      const file = path.join(disk.folder, 'server.log');
      const ask = async (page: number): Promise<void> => {
        const answer = await fetch(`${server.url}/api/events?page=${String(page)}`);
        expect(answer.status).toBe(401);
        await answer.arrayBuffer();
      };
      const loggedOnOutput = (): number =>
        server.log.filter(({ message }) => message.includes('/api/events?page=')).length;
      const mark = (page: number): string => `/api/events?page=${String(page)} `;
      try {
        await disk.fill();
        let asked = 0;
        await until(async () => {
          for (let count = 0; count < LINES_AT_ONCE; count += 1) await ask((asked += 1));
          return server.log.some(({ message }) =>
            message.startsWith("The log file can't be written"),
          );
        }, LOG_LIMIT_MS);
        await until(() => loggedOnOutput() === asked);

        disk.free();
        await until(async () => {
          const isWritten = readFileSync(file, 'utf8').includes(mark(asked));
          for (let count = 0; count < LINES_AT_ONCE; count += 1) await ask((asked += 1));
          return isWritten;
        }, LOG_LIMIT_MS);
        await until(() => loggedOnOutput() === asked);
      } finally {
        await server.stop();
      }
      return 1;
    },
  );
});

const hasServer = globalThis.TEST_DIALECT === 'mysql';
(canMount && hasServer ? describe : undefined)?.('a database server on a full disk', () => {
  let disk: SmallDisk;
  let own: OwnDatabase;
  beforeAll(async () => {
    disk = SmallDisk.mount(SERVER_MIB);
    const dataFolder = path.join(disk.folder, 'server');
    mkdirSync(dataFolder);
    own = await OwnDatabase.start({ dataFolder });
  }, START_LIMIT_MS);
  afterAll(async () => {
    await own.stop();
    disk.unmount();
  });

  survives({ area: 'The database', ...FAULT }, async () => {
    const rounds = await fillUp(own.world, own.service, disk, async () => {
      // It may exit after some seconds without room; a supervisor restarts it.
      if (own.server.hasEnded) await own.server.restart();
    });
    await own.world.settle();
    return rounds;
  });
});
