import { Migrator } from '../../src/database/migrator';
import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePerson } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { runCli } from '../support/servers/server-process';
import { TestApi } from '../support/http/test-api';
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

  it('admin:create creates an account that can log in as admin, and promotes an existing one', async () => {
    const user = await makePerson(api.container);
    for (const email of ['New-Admin@Example.com', user.email]) {
      expect(await run('admin:create', email, 'a new password')).toMatchObject({ code: 0 });
      const { body } = await api.post('/api/auth/login', undefined, {
        email,
        password: 'a new password',
      });
      expect(body.data.user.role).toBe('admin');
    }
    // Earlier tokens of the account do not become an admin's.
    expect(await api.get('/api/users', user.token)).toMatchObject(refusal('INVALID_TOKEN'));
  });

  it('db:status lists what is pending, and exits with 1', async () => {
    expect((await run('db:migrate:undo')).output).toMatch(/^took back .*audit-log/);
    const { code, output } = await run('db:status');
    expect(output).toMatch(/^pending +\d+-create-audit-log\.js$/m);
    expect(code).toBe(1);
    expect((await run('db:migrate')).output).toMatch(/^migrated .*audit-log/);
  });
});
