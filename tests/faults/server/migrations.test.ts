import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import type { DatabaseSettings, MysqlSettings, SqliteSettings } from '../../../src/config/config';
import { Migrator } from '../../../src/database/migrator';
import { FaultProxy, PASS } from '../../support/faults/fault-proxy';
import { PROFILE, Rounds } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { schemaOf } from '../../support/database/schema';
import { spawnCli } from '../../support/servers/server-process';
import { mysqlSettings } from '../../support/setup/test-database';

const AT_ONCE = 3;
/** By then a migrator has begun, and may have ended. */
const KILL_WITHIN_MS = 1_200;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the operator's command to its end. */
async function migrate(settings: DatabaseSettings): Promise<Ended> {
  const child = spawnCli(settings, ['db:migrate']);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [code] = await exited;
  return { code, output: out + err };
}

async function migrateThriceAtOnce(settings: DatabaseSettings): Promise<void> {
  const ends = await Promise.all(Array.from({ length: AT_ONCE }, () => migrate(settings)));
  const all = ends.map(({ output }) => output).join('\n');
  expect({ codes: ends.map(({ code }) => code), all }).toEqual({ codes: [0, 0, 0], all });
  const migrated = all.match(/^migrated .*$/gm) ?? [];
  const { executed, pending } = await new Migrator(settings).status();
  expect([...migrated].sort()).toEqual(executed.map((name) => `migrated ${name}`).sort());
  expect(pending).toEqual([]);
}

/** The command, run again after it was killed, produces the same schema as an undisturbed run. */
async function expectWholeAfterwards(
  settings: DatabaseSettings,
  expected: Record<string, string>,
): Promise<void> {
  const { code, output } = await migrate(settings);
  expect({ code, output }).toEqual({ code: 0, output });
  expect(await schemaOf(settings)).toEqual(expected);
}

const area = 'Migrations';
const AT_ONCE_FAULT = {
  fault: `${String(AT_ONCE)} processes migrate at the same time`,
  checked: 'each migration runs once; all exit 0',
} as const;

describe('migrations on SQLite', () => {
  const settings = (name: string): SqliteSettings => ({
    dialect: 'sqlite',
    storage: path.join(process.env.TEST_FOLDER!, `faults-migrations-${name}.sqlite`),
  });

  survives({ area: `${area} on SQLite`, ...AT_ONCE_FAULT }, async () => {
    const rounds = new Rounds({ short: 1, full: 5, long: 20 });
    while (rounds.goOn()) {
      await migrateThriceAtOnce(settings(`at-once-${String(rounds.done)}`));
    }
    return rounds.done;
  });

  survives(
    {
      area: `${area} on SQLite`,
      fault: 'kill -9 of a migrator at a random moment, and a second run',
      checked: 'the second run produces the same schema as an undisturbed one',
    },
    async () => {
      const whole = settings('whole');
      await new Migrator(whole).up();
      const expected = await schemaOf(whole);
      const rounds = new Rounds({ short: 1, full: 20, long: 100 });
      while (rounds.goOn()) {
        const victim = settings('killed');
        const child = spawnCli(victim, ['db:migrate']);
        const exited = once(child, 'exit');
        await pause(Math.random() * KILL_WITHIN_MS);
        child.kill('SIGKILL');
        await exited;
        await expectWholeAfterwards(victim, expected);
        for (const suffix of ['', '-wal', '-shm']) rmSync(victim.storage + suffix, { force: true });
      }
      return rounds.done;
    },
  );
});

const onMysql = globalThis.TEST_DIALECT === 'mysql' ? describe : undefined;
onMysql?.('migrations on MySQL', () => {
  async function emptied(name: string): Promise<MysqlSettings> {
    const settings = mysqlSettings(`tickets_faults_migrations_${name}`);
    const { host, port, user, password, database } = settings;
    const connection = await createConnection({ host, port, user, password });
    await connection.query(`DROP DATABASE IF EXISTS ${database}`);
    await connection.query(`CREATE DATABASE ${database}`);
    await connection.end();
    return settings;
  }

  survives({ area: `${area} on MySQL`, ...AT_ONCE_FAULT }, async () => {
    const rounds = new Rounds({ short: 1, full: 5, long: 20 });
    while (rounds.goOn()) {
      await migrateThriceAtOnce(await emptied('at_once'));
    }
    return rounds.done;
  });

  survives(
    {
      area: `${area} on MySQL`,
      fault: 'kill -9 of a migrator at each statement in turn, and a second run',
      checked: 'the second run produces the same schema as an undisturbed one',
    },
    async () => {
      const whole = await emptied('whole');
      await new Migrator(whole).up();
      const expected = await schemaOf(whole);
      const proxy = await FaultProxy.start(whole.port);
      let kills = 0;
      try {
        // A short run tries some of the statements.
        const step = PROFILE === 'short' ? 18 : 1;
        for (let nth = Math.ceil(Math.random() * step); ; nth += step) {
          const victim = await emptied('killed');
          if (!(await killAt(victim, proxy, nth))) break;
          await expectWholeAfterwards(victim, expected);
          kills += 1;
        }
      } finally {
        await proxy.close();
      }
      expect(kills).toBeGreaterThan(1);
      return kills;
    },
  );

  /** @returns whether there was an nth statement; it may have been executed or not */
  async function killAt(settings: MysqlSettings, proxy: FaultProxy, nth: number): Promise<boolean> {
    const child = spawnCli({ ...settings, host: '127.0.0.1', port: proxy.port }, ['db:migrate']);
    const exited = once(child, 'exit');
    let seen = 0;
    let isHit = false;
    proxy.judge = () => {
      seen += 1;
      if (seen !== nth) return PASS;
      isHit = true;
      child.kill('SIGKILL');
      return { kind: nth % 2 === 0 ? 'cut at once' : 'cut before' };
    };
    await exited;
    proxy.heal();
    return isHit;
  }
});
