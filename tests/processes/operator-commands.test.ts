import { readFileSync } from 'node:fs';
import { Migrator } from '../../src/database/migrator';
import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePerson, PASSWORD } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { runCli } from '../support/servers/server-process';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';
import { until } from '../support/setup/until';

describe("the operator's commands", () => {
  let api: TestApi;
  beforeAll(async () => {
    const database = await emptyDatabase('operator');
    await new Migrator(database).down({ all: true });
    await new Migrator(database).up();
    api = await TestApi.start({ database });
  });
  afterAll(() => api.close());

  const run = (...words: string[]): Promise<{ code: number; output: string }> =>
    runCli(api.container.config.database, words);

  it('reconcile accepts events whose counters agree with their rows, and lists the others', async () => {
    const sound = await makeSoldOutEvent(api, { total: 3 });
    const waiting = await makePerson(api.container);
    await api.post('/api/waitinglists/join-waitlist', waiting.token, { event_id: sound.id });
    const odd = await makeSoldOutEvent(api, { total: 2 });
    await makeEvent(api);

    const before = await run('reconcile');
    expect(before.output).toContain('Checked 3 events with 5 tickets given out');
    expect(before.code).toBe(0);

    const { Booking } = api.container.database.models;
    await Booking.update({ status: 'cancelled' }, { where: { event_id: odd.id, ticket_no: 1 } });

    const after = await run('reconcile');
    expect(after.output).toMatch(
      new RegExp(`│ ${String(odd.id)} +│ 'available_tickets is 0, should be 1' +│`),
    );
    expect(after.output).not.toContain(`│ ${String(sound.id)} `);
    expect(after.code).toBe(1);
  });

  describe('admin:create', () => {
    const logIn = (email: string, password: string): Promise<ApiAnswer> =>
      api.post('/api/auth/login', undefined, { email, password });

    it('creates an account that can log in as admin, and says so', async () => {
      const created = await run('admin:create', 'New-Admin@Example.com', 'a new password');

      expect(created.output).toMatch(/^Account \d+ was created as an admin\n$/);
      expect(created.code).toBe(0);
      const { body } = await logIn('new-admin@example.com', 'a new password');
      expect(body.data.user.role).toBe('admin');
    });

    it('promotes an existing account and ends its tokens, but leaves its password', async () => {
      const user = await makePerson(api.container);
      const promoted = await run('admin:create', user.email, 'a new password');

      expect(promoted.output).toBe(
        `Account ${String(user.id)} had the role user and is an admin now; its password was not changed ` +
          '(--reset-password changes it)\n',
      );
      expect((await logIn(user.email, PASSWORD)).body.data.user.role).toBe('admin');
      expect(await logIn(user.email, 'a new password')).toMatchObject(
        refusal('INVALID_CREDENTIALS'),
      );
      // Earlier tokens of the account do not become an admin's.
      expect(await api.get('/api/users', user.token)).toMatchObject(refusal('INVALID_TOKEN'));
    });

    it('changes nothing about an admin, unless told to reset the password', async () => {
      const admin = await makePerson(api.container, 'admin');
      const { output } = await run('admin:create', admin.email, 'a new password');

      expect(output).toContain('was an admin before; its password was not changed');
      expect((await api.get('/api/users/me', admin.token)).status).toBe(200);

      const reset = await run('admin:create', '--reset-password', admin.email, 'a new password');

      expect(reset.output).toBe(
        `Account ${String(admin.id)} was an admin before; its password is the new one\n`,
      );
      expect((await logIn(admin.email, 'a new password')).status).toBe(200);
      // Another process did it: this one may know of it a second later.
      await until(async () => (await api.get('/api/users/me', admin.token)).status === 401);
    });
  });

  it('db:status lists migrations of a newer version and exits with 1; db:migrate:undo refuses', async () => {
    const { sequelize } = api.container.database;
    const newer = '29991231000100-of-a-newer-version.js';
    await sequelize.query(`INSERT INTO SequelizeMeta (name) VALUES ('${newer}')`);
    try {
      const status = await run('db:status');
      expect(status.output).toContain(`unknown  ${newer}`);
      expect(status.code).toBe(1);

      const undo = await run('db:migrate:undo', '--all', '--yes');
      expect(undo.output).toMatch(/^A newer version has migrated this database .*\n$/);
      expect(undo.code).toBe(1);
    } finally {
      await sequelize.query(`DELETE FROM SequelizeMeta WHERE name = '${newer}'`);
    }
  });

  it('db:migrate:undo deletes rows in production only with --yes', async () => {
    const { User } = api.container.database.models;
    await makePerson(api.container);
    const people = await User.count();

    const { code, output } = await run('db:migrate:undo', '--all');

    expect(code).toBe(1);
    expect(output).toContain(`deletes users with ${String(people)} rows\n`);
    expect(output).toMatch(/Nothing was reverted: make a back-up, then add --yes .*\n$/);
    expect(await User.count()).toBe(people);
  });

  it('print usage and version, and refuse options that they do not have', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, output: `${version}\n` });
    for (const words of [['--help'], ['help'], ['db:migrate', '--help'], []]) {
      const { code, output } = await run(...words);
      expect(output).toMatch(/^Usage: node dist\/cli\.js <command>/);
      expect(code).toBe(0);
    }
    const { code, output } = await run('db:migrate:undo', '--al');
    expect(output).toMatch(/^db:migrate:undo has no option --al\n/);
    expect(code).toBe(1);
  });

  it('say an error in one line, and where it happened with --verbose', async () => {
    const { database } = api.container.config;
    const broken =
      database.dialect === 'sqlite'
        ? { ...database, storage: '/proc/none.sqlite' }
        : { ...database, user: 'nobody', password: 'wrong' };

    for (const name of ['db:migrate', 'db:status', 'db:seed', 'reconcile']) {
      const { code, output } = await runCli(broken, [name]);
      expect(output.trim().split('\n')).toHaveLength(1);
      expect(code).toBe(1);
    }
    expect((await runCli(broken, ['db:status', '--verbose'])).output).toMatch(/\n +at /);
  });

  it('db:status lists what is pending, and exits with 1', async () => {
    const { executed } = await new Migrator(api.container.config.database).status();
    const latest = executed.at(-1)!;
    expect((await run('db:migrate:undo', '--yes')).output).toMatch(
      new RegExp(`^reverted ${latest}\n`, 'm'),
    );
    const { code, output } = await run('db:status');
    expect(output.match(/^pending +.*$/gm)).toEqual([expect.stringContaining(latest)]);
    expect(code).toBe(1);
    expect((await run('db:migrate')).output).toBe(`migrated ${latest}\n`);
  });
});
