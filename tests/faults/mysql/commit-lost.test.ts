import { randomUUID } from 'node:crypto';
import type { MysqlSettings } from '../../../src/config/config';
import { FaultProxy, PASS, type Verdict } from '../../support/faults/fault-proxy';
import { times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld } from '../../support/faults/fault-world';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';

/** Keys per event, which keeps the check of each event quick. */
const CUTS_PER_EVENT = 100;
/** Bookings that share the lost commit. */
const TOGETHER = 4;

describe('a connection that is lost around COMMIT', () => {
  let world: FaultWorld;
  let proxy: FaultProxy;
  let server: ServerProcess;
  beforeAll(async () => {
    const settings = (await emptyDatabase('faults_commit_lost')) as MysqlSettings;
    world = await FaultWorld.open(settings);
    proxy = await FaultProxy.start(settings.port);
    server = await ServerProcess.start({ ...settings, host: '127.0.0.1', port: proxy.port });
  });
  afterAll(async () => {
    await server.stop();
    await proxy.close();
    await world.close();
  });

  /** Applies to each COMMIT until `heal`. */
  const atCommit = (verdict: Verdict): void => {
    proxy.judge = (sql) => (sql.startsWith('COMMIT') ? verdict : PASS);
  };

  /** Bookings that lose their commit, and their retries on a sound network. */
  async function loseCommits(verdict: Verdict, cuts: number): Promise<number> {
    let done = 0;
    for (let left = cuts; left > 0; left -= CUTS_PER_EVENT) {
      const run = await world.run([server.url], { events: 1, total: CUTS_PER_EVENT * TOGETHER });
      for (let cut = 0; cut < Math.min(left, CUTS_PER_EVENT); cut += 1) {
        const people = world.people.slice(0, cut % TOGETHER === 0 ? TOGETHER : 1);
        const keys = people.map(() => randomUUID());
        const book = (): Promise<({ status: number; body: { code?: string } } | null)[]> =>
          Promise.all(
            people.map((person, index) =>
              run.history.book(person, run.eventId, { key: keys[index]! }),
            ),
          );
        atCommit(verdict);
        for (const answer of await book()) {
          expect([answer?.status, answer?.body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
        }
        proxy.heal();
        for (const answer of await book()) expect(answer?.status).toBe(201);
      }
      const replayed = run.history.calls.filter(({ answer }) => answer?.isReplayed);
      done += replayed.length;
      const keyed = new Set(run.history.calls.map(({ ask }) => ask.key));
      expect((await run.check()).effects).toBe(keyed.size);
      await world.settle();
    }
    return done;
  }

  survives(
    {
      area: 'The network to the database',
      fault: 'reset after COMMIT was done and before its OK came back',
      checked: '503 OUTCOME_UNKNOWN; a retry with the same key gets the outcome; one effect',
    },
    async () => {
      const cuts = times({ short: 20, full: 1_000, long: 10_000 });
      expect(await loseCommits({ kind: 'cut after' }, cuts)).toBeGreaterThanOrEqual(cuts);
      return cuts;
    },
  );

  survives(
    {
      area: 'The network to the database',
      fault: 'reset during COMMIT, so that it may be done or not',
      checked: '503 OUTCOME_UNKNOWN; a retry with the same key gets the outcome; one effect',
    },
    async () => {
      const cuts = times({ short: 10, full: 500, long: 5_000 });
      await loseCommits({ kind: 'cut at once' }, cuts);
      return cuts;
    },
  );

  survives(
    {
      area: 'The network to the database',
      fault: 'reset before COMMIT reached the database',
      checked:
        '503 OUTCOME_UNKNOWN; nothing was done; a retry with the same key does it; no lock is left',
    },
    async () => {
      const cuts = times({ short: 10, full: 500, long: 5_000 });
      expect(await loseCommits({ kind: 'cut before' }, cuts)).toBe(0);
      return cuts;
    },
  );

  survives(
    {
      area: 'The network to the database',
      fault: 'silence from COMMIT on',
      checked:
        '503 OUTCOME_UNKNOWN within 5 s; a retry with the same key gets the outcome; no lock is left',
    },
    async () => {
      const cuts = times({ short: 1, full: 5, long: 50 });
      const run = await world.run([server.url], { events: 1, total: cuts });
      for (let cut = 0; cut < cuts; cut += 1) {
        const key = randomUUID();
        // In turn, so that no one reaches a limit.
        const person = world.people[cut % world.people.length]!;
        atCommit({ kind: 'silence' });
        const lost = await run.history.book(person, run.eventId, { key });
        expect([lost?.status, lost?.body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
        proxy.heal();
        await world.settle();
        const retried = await run.history.book(person, run.eventId, { key });
        expect(retried?.status).toBe(201);
      }
      expect(run.history.slowestMs).toBeLessThan(5_000);
      await run.check();
      return cuts;
    },
  );
});
