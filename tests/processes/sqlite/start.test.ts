import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '../../support/setup/until';
import { ServerProcess } from '../../support/servers/server-process';

const PERSON = JSON.stringify({ email: 'first@example.com', password: 'long enough' });

describe('a server with nothing configured', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tickets-start-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const post = (server: ServerProcess, route: string): Promise<Response> =>
    fetch(`${server.url}${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: PERSON,
    });

  it('serves on a SQLite file, and accepts its tokens after a restart', async () => {
    const first = await ServerProcess.start(null, { folder });
    expect((await post(first, '/api/auth/signup')).status).toBe(201);
    const { data } = (await (await post(first, '/api/auth/login')).json()) as {
      data: { token: string };
    };
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    expect(existsSync(path.join(folder, 'data', 'tickets.sqlite'))).toBe(true);
    const secret = path.join(folder, 'data', 'secret');
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect(first.output).not.toContain(readFileSync(secret, 'utf8'));
    expect(first.log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('SECRET_KEY') }),
    );
    expect(first.log.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('npm run db:seed'),
    );

    const second = await ServerProcess.start(null, { folder });
    const { status } = await fetch(`${second.url}/api/users/me`, {
      headers: { Authorization: `Bearer ${data.token}` },
    });
    expect(status).toBe(200);
    await second.stop();
  });

  it('warns of a log file that it cannot write, and serves', async () => {
    mkdirSync(path.join(folder, 'logs', 'server.log'), { recursive: true });
    const server = await ServerProcess.start(null, { folder, env: { LOG_DIR: 'logs' } });

    await until(() =>
      server.log.some(({ message }) => message.startsWith("The log file can't be written")),
    );
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    await server.stop();
  });

  it('warns of a misspelt variable', async () => {
    const server = await ServerProcess.start(null, { folder, env: { WEB_CONCURENCY: '2' } });

    expect(server.log.map(({ message }) => message)).toContain(
      'WEB_CONCURENCY is not read: did you mean WEB_CONCURRENCY?',
    );
    await server.stop();
  });

  it('locks its file: a second server exits with an error message', async () => {
    const first = await ServerProcess.start(null, { folder });
    const second = ServerProcess.spawn(null, { folder });

    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.output).toMatch(/Another server process uses .*tickets\.sqlite/);
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
    await first.stop();
  });

  it('is one process: several workers are refused', async () => {
    const server = ServerProcess.spawn(null, { folder, env: { WEB_CONCURRENCY: '2' } });

    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output).toContain('WEB_CONCURRENCY above 1 needs mysql');
    expect(existsSync(path.join(folder, 'data'))).toBe(false);
  });

  it('holds its admin to the rules of all passwords: a common one is refused in one line', async () => {
    const env = {
      ADMIN_EMAIL: 'admin@example.com',
      ADMIN_PASSWORD: 'Password1',
      PASSWORD_DENYLIST: 'true',
    };
    const outcome = await ServerProcess.start(null, { folder, env }).then(
      (server) => server.stop(),
      (error: unknown) => (error as Error).message,
    );

    expect(outcome).toBe(
      'The server did not start:\n' +
        'The configuration is wrong: ADMIN_PASSWORD is one of the most common passwords: choose another',
    );
  });
});
