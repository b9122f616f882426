import { Migrator } from '../../src/database/migrator';
import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePerson, PASSWORD } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { runCli } from '../support/servers/server-process';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

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
      expect(await api.get('/api/users/me', admin.token)).toMatchObject(refusal('INVALID_TOKEN'));
    });
  });

  it('db:status lists what is pending, and exits with 1', async () => {
    const { executed } = await new Migrator(api.container.config.database).status();
    const latest = executed.at(-1)!;
    expect((await run('db:migrate:undo')).output).toBe(`reverted ${latest}\n`);
    const { code, output } = await run('db:status');
    expect(output.match(/^pending +.*$/gm)).toEqual([expect.stringContaining(latest)]);
    expect(code).toBe(1);
    expect((await run('db:migrate')).output).toBe(`migrated ${latest}\n`);
  });
});
