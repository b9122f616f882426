import Libsql from 'libsql';
import { QueryTypes } from 'sequelize';
import { TestApi } from '../support/http/test-api';

describe('units of work on SQLite', () => {
  let api: TestApi;
  let others: Libsql.Database;
  beforeAll(async () => {
    api = await TestApi.start();
    const { database } = api.container.config;
    if (database.dialect !== 'sqlite') throw new Error('These tests need SQLite');
    others = new Libsql(database.storage);
    others.exec('PRAGMA busy_timeout = 0');
  });
  afterAll(async () => {
    others.close();
    await api.close();
  });

  it('write one at a time, in the order of arrival', async () => {
    const { unitOfWork, database } = api.container;
    const arrivals = Array.from({ length: 40 }, (_, index) => index);
    const done: number[] = [];

    await Promise.all(
      arrivals.map((arrival) =>
        unitOfWork.run(async (tx) => {
          for (let count = 0; count <= arrival % 7; count += 1) {
            await database.models.Event.count({ transaction: tx });
          }
          done.push(arrival);
        }),
      ),
    );

    expect(done).toEqual(arrivals);
  });

  it('go on after one of them has failed', async () => {
    const { unitOfWork } = api.container;
    const failing = unitOfWork.run(() => Promise.reject(new Error('A programming error')));
    const next = unitOfWork.run(() => Promise.resolve('done'));

    await expect(failing).rejects.toThrow('A programming error');
    expect(await next).toBe('done');
  });

  it('hold the write lock from the start, so what they read cannot change', async () => {
    const { unitOfWork, database } = api.container;
    const begin = (): void => {
      others.exec('BEGIN IMMEDIATE');
    };

    await unitOfWork.run(async (tx) => {
      await database.models.Event.count({ transaction: tx });
      expect(begin).toThrow(/locked/);
    });

    begin();
    others.exec('ROLLBACK');
  });

  it('are on the disk once they are committed', async () => {
    const { sequelize } = api.container.database;
    const settings = await Promise.all(
      ['PRAGMA journal_mode', 'PRAGMA synchronous'].map((sql) =>
        sequelize.query(sql, { type: QueryTypes.SELECT }),
      ),
    );

    expect(settings).toEqual([[{ journal_mode: 'wal' }], [{ synchronous: 2 }]]);
  });
});
