import { runCli } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';

/** Commands that fail before they open a database. */
describe("the operator's commands refuse", () => {
  const run = async (...words: string[]): Promise<{ code: number; output: string }> =>
    runCli(await emptyDatabase('commands'), words);

  it('a password that bcrypt would truncate, and print the usage', async () => {
    const { code, output } = await run('admin:create', 'a@example.com', 'é'.repeat(37));

    expect(output).toMatch(/^Usage: npm run admin:create -- <e-mail> <password>/);
    expect(code).toBe(1);
  });

  it('a common password for an admin, in one line', async () => {
    const { code, output } = await run('admin:create', 'a@example.com', 'Password1');

    expect(output).toBe('The password is one of the most common passwords: choose another\n');
    expect(code).toBe(1);
  });

  it('an unknown command, and list the known ones', async () => {
    const { code, output } = await run('db:migrat');

    for (const name of ['db:migrate', 'db:seed', 'admin:create', 'reconcile', 'openapi']) {
      expect(output).toContain(`  ${name}`);
    }
    expect(code).toBe(1);
  });

  it('demo data in production', async () => {
    await run('db:migrate');

    const { code, output } = await run('db:seed');

    expect(output).toContain('do not use them in production');
    expect(code).toBe(1);
  });

  it('demo data without tables, and say what to do', async () => {
    await run('db:migrate:undo', '--all', '--yes');

    const { code, output } = await run('db:seed');

    expect(output).toBe('The database lacks migrations: run `npm run db:migrate` first\n');
    expect(code).toBe(1);
  });
});
