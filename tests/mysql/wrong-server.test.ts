import { randomUUID } from 'node:crypto';
import type { MysqlSettings } from '../../src/config/config';
import { makeEvent, type MadeEvent } from '../factories/events';
import { makePerson, type Person } from '../factories/people';
import { FaultProxy, PASS, type InjectedError, type Verdict } from '../support/faults/fault-proxy';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { testDatabase } from '../support/setup/test-database';

/** What the answer to a COMMIT says. */
type Commit = 'has saved nothing' | 'may have saved';

/**
 * Errors by which a server says that it is not, or no longer, the one to write to, or can't do it now,
 * and conflicts. A booking survives each of them at each of its statements. Errors of one line mean the
 * same; the first stands for all of them before COMMIT.
 */
const MEANINGS: readonly (readonly [errnos: readonly number[], commit: Commit])[] = [
  [[1290], 'has saved nothing'],
  [[1792, 1836], 'may have saved'],
  [[3100], 'may have saved'],
  [[3796, 3797, 3798, 3799], 'may have saved'],
  [[1047], 'may have saved'],
  [[3032], 'may have saved'],
  [[1053], 'may have saved'],
  [[1040, 1203, 1226], 'may have saved'],
  [[2013, 1158, 1160], 'may have saved'],
  [[1927, 3168, 3169], 'may have saved'],
  [[9001, 9005, 8027], 'may have saved'],
  [[9501], 'may have saved'],
  [[1213], 'has saved nothing'],
  [[1205], 'has saved nothing'],
  [[1020], 'has saved nothing'],
  [[3101], 'has saved nothing'],
];
const FIRST_ERRORS = MEANINGS.map(([[first]]) => first!);
const ERRORS = MEANINGS.flatMap(([errnos, commit]) =>
  errnos.map((errno): [errno: number, commit: Commit] => [errno, commit]),
);
/** Conflicts end the transaction; after the others the product has to end it. */
const ENDS_TRANSACTION = new Set([1213, 1020, 3101]);
/** Conflicts are what a transaction meets; a single read meets none. */
const CONFLICTS = new Set([1213, 1205, 1020, 3101]);
const READ_ONLY = 1290;

/** Its beginning, without values. */
function shapeOf(statement: string): string {
  const start = statement.slice(0, 60).replace(/\d+/g, '');
  // The event is read before it is locked, unless it was just seen on sale.
  return /FOR UPDATE;?$/.test(statement) ? `${start} FOR UPDATE` : start;
}

describe('a booking', () => {
  let proxy: FaultProxy;
  let api: TestApi;
  let event: MadeEvent;
  let person: Person;
  beforeAll(async () => {
    const settings = (await testDatabase()) as MysqlSettings;
    proxy = await FaultProxy.start(settings.port);
    api = await TestApi.start({ database: { ...settings, host: '127.0.0.1', port: proxy.port } });
    person = await makePerson(api.container);
    event = await makeEvent(api, { total: 1_000_000 });
  });
  afterAll(async () => {
    await api.close();
    await proxy.close();
  });

  const book = (key: string): Promise<ApiAnswer> =>
    api.post('/api/tickets/book', person.token, { event_id: event.id }, { 'Idempotency-Key': key });

  const ticketsHeld = async (): Promise<number> => {
    const { body } = await api.get(`/api/events/${String(event.id)}/me`, person.token);
    return body.data.tickets_held as number;
  };

  const errorOf = (errno: number): InjectedError => ({
    errno,
    sqlState: 'HY000',
    endsTransaction: ENDS_TRANSACTION.has(errno),
  });

  /**
   * Books once, with a fault at the first statement that is unlike those in `hit`, COMMIT aside.
   *
   * @param isFresh whether all connections are dropped first, so that a new one is prepared
   * @returns the statement with the fault; undefined if there was none
   */
  async function bookWithFault(
    { errno, isFresh = false }: { errno: number; isFresh?: boolean },
    hit: readonly string[] = [],
  ): Promise<string | undefined> {
    const known = new Set(hit.map(shapeOf));
    const error = errorOf(errno);
    let mustDrop = isFresh;
    let sql: string | undefined;
    let isInTransaction = false;
    proxy.judge = (statement) => {
      if (mustDrop) {
        mustDrop = false;
        return { kind: 'fail', error: errorOf(READ_ONLY) };
      }
      const isMet = isInTransaction || !CONFLICTS.has(errno);
      isInTransaction ||= statement.startsWith('START TRANSACTION');
      const isNew = !known.has(shapeOf(statement)) && !statement.startsWith('COMMIT');
      if (sql !== undefined || !isMet || !isNew) return PASS;
      sql = statement;
      return { kind: 'fail', error };
    };
    const { status, body } = await book(randomUUID());
    proxy.heal();
    expect([sql, status, body.code]).toEqual([sql, 201, undefined]);
    return sql;
  }

  /** Books with a fault at each statement in turn. */
  async function bookWithFaults(errno: number, isFresh = false): Promise<string> {
    const before = await ticketsHeld();
    const hit: string[] = [];
    for (;;) {
      const sql = await bookWithFault({ errno, isFresh }, hit);
      if (sql === undefined) break;
      hit.push(sql);
    }
    expect(await ticketsHeld()).toBe(before + hit.length + 1);
    return hit.join('\n');
  }

  it.each(FIRST_ERRORS)(
    'is done once, on another connection, after error %i at any statement before COMMIT',
    async (errno) => {
      const hit = await bookWithFaults(errno);
      for (const part of [
        /FROM `events`.* FOR UPDATE/,
        /INSERT INTO `bookings`/,
        /UPDATE `?events/,
      ]) {
        expect(hit).toMatch(part);
      }
    },
  );

  it.each([1290, 1047, 1040])(
    'is done once after error %i at any statement that prepares a connection',
    async (errno) => {
      const hit = await bookWithFaults(errno, true);
      for (const part of [/SHOW GLOBAL VARIABLES/, /SET SESSION/, /processlist/, /@@global/]) {
        expect(hit).toMatch(part);
      }
    },
  );

  /** Books once, with a fault at the first COMMIT. */
  async function bookWithFaultAtCommit(key: string, verdict: Verdict): Promise<ApiAnswer> {
    let isHit = false;
    proxy.judge = (statement) => {
      if (isHit || !statement.startsWith('COMMIT')) return PASS;
      isHit = true;
      return verdict;
    };
    const answer = await book(key);
    proxy.heal();
    expect(isHit).toBe(true);
    return answer;
  }

  it.each(ERRORS)(
    'after error %i at COMMIT, which %s, is answered with the truth',
    async (errno, commit) => {
      const before = await ticketsHeld();
      const error = errorOf(errno);
      const key = randomUUID();
      const refused = await bookWithFaultAtCommit(key, { kind: 'fail', error });

      if (commit === 'has saved nothing') {
        expect([refused.status, refused.body.code]).toEqual([201, undefined]);
      } else {
        expect([refused.status, refused.body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
        expect(await ticketsHeld()).toBe(before);
        const saved = await bookWithFaultAtCommit(key, { kind: 'fail after', error });
        expect([saved.status, saved.body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
      }

      expect(await ticketsHeld()).toBe(before + 1);
      const again = await book(key);
      expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
      expect(await ticketsHeld()).toBe(before + 1);
    },
  );

  it('drops all connections made before, and no other, when one of them leads to the wrong server', async () => {
    const older = await connectionIds(4);
    await bookWithFault({ errno: READ_ONLY });
    const newer = await connectionIds(4);
    expect(newer.filter((id) => older.includes(id))).toEqual([]);
    await book(randomUUID());
    expect((await connectionIds(1)).every((id) => newer.includes(id))).toBe(true);
  });

  /** The ids of so many connections that are in use at the same time. */
  async function connectionIds(count: number): Promise<number[]> {
    const { sequelize } = api.container.database;
    const rows = await Promise.all(
      Array.from({ length: count }, () =>
        sequelize.query('SELECT CONNECTION_ID() AS id, SLEEP(0.05)'),
      ),
    );
    return rows.map(([[row]]) => (row as { id: number }).id);
  }
});
