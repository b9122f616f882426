import { QueryTypes } from 'sequelize';
import { lockEvents } from '../../src/database/locks';
import type { MysqlSettings } from '../../src/config/config';
import { makeEvent } from '../factories/events';
import { FaultProxy, PASS } from '../support/faults/fault-proxy';
import { READ_ONLY } from '../support/faults/injected-errors';
import { Outsider } from '../support/servers/outsider';
import { TestApi } from '../support/http/test-api';
import { testDatabase } from '../support/setup/test-database';
import { until } from '../support/setup/until';

/** Deadline of the units in these tests. */
const LIMIT_MS = 500;
/** How long an abandoned transaction may stay open on the server. */
const ORPHAN_LIMIT_MS = 6_000;

describe('a unit of work that does not end in time', () => {
  let api: TestApi;
  let outsider: Outsider;
  beforeAll(async () => {
    api = await TestApi.start();
    outsider = await Outsider.enter(api.container.config.database);
  });
  afterAll(async () => {
    await outsider.leave();
    await api.close();
  });

  it('is ended between two statements, and leaves nothing', async () => {
    const event = await makeEvent(api);
    const { database, unitOfWork } = api.container;
    const unit = unitOfWork.run(
      async (tx) => {
        await database.models.Event.update(
          { version: 7 },
          { where: { id: event.id }, transaction: tx },
        );
        for (let count = 0; count < 20; count += 1) {
          await database.sequelize.query('SELECT SLEEP(0.2)', { transaction: tx });
        }
      },
      { deadline: performance.now() + LIMIT_MS },
    );

    await expect(unit).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    const row = await database.models.Event.findByPk(event.id);
    expect(row?.get('version')).toBe(0);
  });

  it('is also ended on the server, which releases its locks', async () => {
    const event = await makeEvent(api);
    const { database, unitOfWork } = api.container;
    const unit = unitOfWork.run(
      async (tx) => {
        await lockEvents(database, tx, [event.id]);
        await database.sequelize.query('SELECT SLEEP(60)', { transaction: tx });
      },
      { deadline: performance.now() + LIMIT_MS },
    );

    await expect(unit).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await until(() => outsider.canLock('events', event.id), ORPHAN_LIMIT_MS);
    const booked = await api.post('/api/tickets/book', event.organizer.token, {
      event_id: event.id,
    });
    expect(booked.status).toBe(201);
  });
});

describe('units of work on one connection', () => {
  let api: TestApi;
  beforeAll(async () => {
    const settings = (await testDatabase()) as MysqlSettings;
    api = await TestApi.start({ database: { ...settings, poolMax: 1 } });
  });
  afterAll(() => api.close());

  it('each have their own deadline', async () => {
    const { database, unitOfWork } = api.container;
    const connectionAfter = (seconds: number, limitMs: number): Promise<number> =>
      unitOfWork.run(
        async (tx) => {
          const [row] = await database.sequelize.query<{ id: number }>(
            'SELECT CONNECTION_ID() AS id, SLEEP(?)',
            { replacements: [seconds], type: QueryTypes.SELECT, transaction: tx },
          );
          return row!.id;
        },
        { deadline: performance.now() + limitMs },
      );

    const first = await connectionAfter(0, LIMIT_MS);
    // Past the first one's deadline, on the same connection.
    const second = await connectionAfter(LIMIT_MS / 1_000, 10 * LIMIT_MS);

    expect(second).toBe(first);
  });

  it('do not affect the next one after a deadlock', async () => {
    const { database, unitOfWork } = api.container;
    const { id, organizer } = await makeEvent(api);
    const loser = unitOfWork.run(
      (tx) =>
        database.sequelize.query(
          "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock found'",
          { transaction: tx },
        ),
      { throwsConflicts: true },
    );
    const next = unitOfWork.run(async (tx) => {
      await lockEvents(database, tx, [id]);
      await database.models.Event.update({ version: 7 }, { where: { id }, transaction: tx });
      throw new Error('The next one rolls back');
    });

    await expect(loser).rejects.toMatchObject({ parent: { errno: 1213 } });
    await expect(next).rejects.toThrow('The next one rolls back');
    const { body } = await api.get(`/api/available-tickets/${String(id)}`, organizer.token);
    expect(body.data.version).toBe(0);
  });
});

describe('a unit of work whose COMMIT is refused', () => {
  let proxy: FaultProxy;
  let api: TestApi;
  beforeAll(async () => {
    const settings = (await testDatabase()) as MysqlSettings;
    proxy = await FaultProxy.start(settings.port);
    api = await TestApi.start({ database: { ...settings, host: '127.0.0.1', port: proxy.port } });
  });
  afterAll(async () => {
    await api.close();
    await proxy.close();
  });

  it('has done nothing, and reports that', async () => {
    const { id, organizer } = await makeEvent(api);
    proxy.judge = (sql) => (sql.startsWith('COMMIT') ? { kind: 'fail', error: READ_ONLY } : PASS);
    const refused = await api.post('/api/tickets/book', organizer.token, { event_id: id });
    proxy.heal();

    expect(refused.body).toMatchObject({ statusCode: 503, code: 'SERVICE_UNAVAILABLE' });
    const { body } = await api.get(`/api/available-tickets/${String(id)}`, organizer.token);
    expect(body.data.version).toBe(0);
    const booked = await api.post('/api/tickets/book', organizer.token, { event_id: id });
    expect(booked.status).toBe(201);
  });
});
