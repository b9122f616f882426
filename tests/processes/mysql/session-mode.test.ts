import { makeSoldOutEvent } from '../../factories/events';
import { TestApi } from '../../support/http/test-api';
import { OwnDatabase } from '../../support/servers/own-database';
import { runCli } from '../../support/servers/server-process';

/** Modes under which the driver's escapes mean something else, and ids are not counted. */
const MODES = 'NO_BACKSLASH_ESCAPES,NO_AUTO_VALUE_ON_ZERO,ANSI';

describe("the operator's commands on a database with another sql_mode", () => {
  let own: OwnDatabase;
  let api: TestApi;
  beforeAll(async () => {
    own = await OwnDatabase.start();
    await own.asRoot((connection) => connection.query(`SET GLOBAL sql_mode = '${MODES}'`));
    api = await TestApi.start({ database: own.root });
  });
  afterAll(async () => {
    await api.close();
    await own.stop();
  });

  it('create an admin whose address has a quote, and reconcile', async () => {
    await makeSoldOutEvent(api, { total: 2 });
    const email = "pat.o'brien@example.com";

    const created = await runCli(own.root, ['admin:create', email, 'correct horse 9']);
    expect(created.output).toMatch(/^Account [1-9]\d* was created as an admin\n$/);
    const { body } = await api.post('/api/auth/login', undefined, {
      email,
      password: 'correct horse 9',
    });
    expect(body.data.user).toMatchObject({ email, role: 'admin' });

    expect(await runCli(own.root, ['reconcile'])).toMatchObject({ code: 0 });
    expect(await runCli(own.root, ['db:migrate:undo', '--all', '--yes'])).toMatchObject({
      code: 0,
    });
    expect(await runCli(own.root, ['db:migrate'])).toMatchObject({ code: 0 });
  });
});
