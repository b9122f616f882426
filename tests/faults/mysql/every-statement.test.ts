import { QueryTypes } from 'sequelize';
import type { MysqlSettings } from '../../../src/config/config';
import { ROUTES } from '../../../src/routes';
import { EVERY_CHANGE, type Asked, type Change } from '../../support/faults/every-change';
import {
  FaultProxy,
  PASS,
  type InjectedError,
  type Verdict,
} from '../../support/faults/fault-proxy';
import { PROFILE } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld, type FaultRun } from '../../support/faults/fault-world';
import { CONFLICTS, UNEXPECTED } from '../../support/faults/injected-errors';
import { TestApi } from '../../support/http/test-api';
import { emptyDatabase } from '../../support/setup/test-database';
import { until } from '../../support/setup/until';

/** Routes that look like changes but write nothing. */
/** Statements that prepare a new connection, before any request's. */
const SESSION = /^SET (SESSION|time_zone)/;

/** The result of one change whose nth statement had a fault. */
interface Shot {
  readonly answer: string;
  readonly hasChanged: boolean;
  /** The statement with the fault; undefined if the change has fewer statements. */
  readonly sql: string | undefined;
  readonly isInTransaction: boolean;
}

describe('a fault at any statement of any change', () => {
  let world: FaultWorld;
  let proxy: FaultProxy;
  let api: TestApi;
  beforeAll(async () => {
    const settings = (await emptyDatabase('faults_every_statement')) as MysqlSettings;
    world = await FaultWorld.open(settings);
    proxy = await FaultProxy.start(settings.port);
    api = await TestApi.start({
      database: { ...settings, host: '127.0.0.1', port: proxy.port },
    });
  });
  afterAll(async () => {
    await api.close();
    await proxy.close();
    await world.close();
  });

  it('is tested on every route that changes something', () => {
    const changing = ROUTES.filter(({ method }) => method !== 'get').map(
      ({ method, path }) => `${method.toUpperCase()} ${path}`,
    );
    expect(new Set(EVERY_CHANGE.map(({ route }) => route))).toEqual(new Set(changing));
  });

  async function stateOfAllRows(): Promise<string> {
    const rows = await world.observer.container.database.sequelize.query(
      'CHECKSUM TABLE users, events, bookings, waitlists, idempotency_keys, audit_log, sessions, ' +
        'api_keys, event_staff',
      { type: QueryTypes.SELECT },
    );
    return JSON.stringify(rows);
  }

  function connectionsInUse(): number {
    const { pool } = api.container.database.sequelize.connectionManager as unknown as {
      pool: { using: number };
    };
    return pool.using;
  }

  /** Makes one change, with a fault at its nth statement. */
  async function shoot(
    change: Change,
    run: FaultRun,
    nth: number,
    verdict: Verdict,
  ): Promise<Shot> {
    const ask = await change.prepare({ world, run, api });
    const before = await stateOfAllRows();
    let seen = 0;
    let isInTransaction = false;
    let hit: Pick<Shot, 'sql' | 'isInTransaction'> | undefined;
    proxy.judge = (sql) => {
      if (SESSION.test(sql)) return PASS;
      if (seen++ !== nth) {
        if (sql.startsWith('START TRANSACTION')) isInTransaction = true;
        if (/^(COMMIT|ROLLBACK)/.test(sql)) isInTransaction = false;
        return PASS;
      }
      hit = { sql, isInTransaction };
      return verdict;
    };
    const answer = await ask();
    proxy.heal();
    await until(() => connectionsInUse() === 0, 1_000, 1);
    return {
      answer: textOf(answer),
      hasChanged: (await stateOfAllRows()) !== before,
      sql: hit?.sql,
      isInTransaction: hit?.isInTransaction ?? false,
    };
  }

  function textOf(answer: Asked): string {
    const code = (answer?.body as { code?: string } | undefined)?.code;
    return [answer?.status, code].join(' ').trim();
  }

  /** Causes a fault at each statement of each change, one at a time, and checks each. */
  async function shootAll(
    verdictOf: (nth: number) => Verdict,
    look: (shot: Shot) => void,
  ): Promise<number> {
    let shots = 0;
    for (const change of EVERY_CHANGE) {
      const run = await world.run([api.url], { events: 0 });
      for (let nth = 0; ; nth += 1) {
        const shot = await shoot(change, run, nth, verdictOf(nth));
        const { sql } = shot;
        try {
          if (sql === undefined) {
            expect(shot).toMatchObject({
              answer: expect.stringMatching(/^20[01]$/),
              hasChanged: true,
            });
            break;
          }
          look(shot);
        } catch (error) {
          const where = `${change.route} ${change.what ?? ''}, at ${String(sql)}`;
          throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
        }
        shots += 1;
      }
      await world.settle();
      await run.check();
    }
    return shots;
  }

  const area = 'The database';
  const fail = (error: InjectedError): Verdict => ({
    kind: 'fail',
    error,
  });

  function expectRetried({ answer, hasChanged, isInTransaction }: Shot): void {
    if (isInTransaction) {
      expect({ answer, hasChanged }).toEqual({
        answer: expect.stringMatching(/^20[01]$/),
        hasChanged: true,
      });
    } else {
      expectTruth({ answer, hasChanged });
    }
  }

  /** The answer is true. */
  function expectTruth({ answer, hasChanged }: Pick<Shot, 'answer' | 'hasChanged'>): void {
    if (/^20[01]$/.test(answer)) expect(hasChanged).toBe(true);
    else if (answer !== '503 OUTCOME_UNKNOWN')
      expect({ answer, hasChanged }).toEqual({ answer, hasChanged: false });
  }

  const kinds = PROFILE === 'short' ? [0] : [0, 1, 2];
  survives(
    {
      area,
      fault:
        'deadlock (1213), lock wait timeout (1205) or record changed (1020), at each statement and COMMIT of each change',
      checked:
        'the whole unit is retried and succeeds; one effect; no transaction or connection is left',
    },
    async () => {
      let shots = 0;
      for (const shift of kinds) {
        shots += await shootAll(
          (nth) => fail(CONFLICTS[(nth + shift) % CONFLICTS.length]!),
          expectRetried,
        );
      }
      return shots;
    },
  );

  survives(
    {
      area,
      fault: 'an unexpected error, at each statement and COMMIT of each change',
      checked:
        '500, no effect, transaction or connection in use is left; OUTCOME_UNKNOWN at COMMIT',
    },
    async () =>
      shootAll(
        () => fail(UNEXPECTED),
        (shot) => {
          expectTruth(shot);
          const mayHaveHappened = shot.hasChanged || /^COMMIT/.test(shot.sql ?? '');
          expect(shot.answer).toBe(mayHaveHappened ? '503 OUTCOME_UNKNOWN' : '500 INTERNAL_ERROR');
        },
      ),
  );
});
