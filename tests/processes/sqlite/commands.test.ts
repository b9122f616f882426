import { runCli } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';

/** What the commands answer before they look at any database. */
describe('the operator’s commands refuse', () => {
  const run = async (...words: string[]): Promise<{ code: number; output: string }> =>
    runCli(await emptyDatabase('commands'), words);

  it('a password that bcrypt would cut, and say how an admin is made', async () => {
    const { code, output } = await run('admin:create', 'a@example.com', 'é'.repeat(37));

    expect(output).toMatch(/^Usage: npm run admin:create -- <e-mail> <password>/);
    expect(code).toBe(1);
  });

  it('a word that is no command, and list those that are', async () => {
    const { code, output } = await run('db:migrat');

    for (const name of ['db:migrate', 'db:seed', 'admin:create', 'reconcile', 'openapi']) {
      expect(output).toContain(`  ${name}`);
    }
    expect(code).toBe(1);
  });

  it('demo data in production', async () => {
    const { code, output } = await run('db:seed');

    expect(output).toContain('do not use them in production');
    expect(code).toBe(1);
  });
});
