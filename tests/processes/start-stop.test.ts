import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { DatabaseSettings } from '../../src/config/config';
import { Migrator } from '../../src/database/migrator';
import { ServerProcess } from '../support/servers/server-process';
import { emptyDatabase } from '../support/setup/test-database';
import { until } from '../support/setup/until';

const ADMIN = { ADMIN_EMAIL: 'Admin@Example.com', ADMIN_PASSWORD: 'a password for the first' };

describe('a production server', () => {
  let database: DatabaseSettings;
  let migrator: Migrator;
  beforeAll(async () => {
    database = await emptyDatabase('start');
    migrator = new Migrator(database);
  });
  beforeEach(() => migrator.down({ all: true }));

  const logIn = async (server: ServerProcess, password: string): Promise<number> => {
    const { status } = await fetch(`${server.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: ADMIN.ADMIN_EMAIL, password }),
    });
    return status;
  };

  it('refuses a database that lacks migrations, names the command, and changes nothing', async () => {
    const server = ServerProcess.spawn(database);

    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output).toContain('create-users');
    expect(server.output).toContain('npm run db:migrate');
    expect((await migrator.status()).executed).toEqual([]);
  });

  it('migrates if configured, creates the first admin once, and stops on SIGTERM', async () => {
    const env = { DB_MIGRATE_ON_START: 'true', ...ADMIN };
    const first = await ServerProcess.start(database, { env });
    expect((await migrator.status()).pending).toEqual([]);
    expect(await logIn(first, ADMIN.ADMIN_PASSWORD)).toBe(200);
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const second = await ServerProcess.start(database, {
      env: { ...env, ADMIN_PASSWORD: 'another password' },
    });
    expect(await logIn(second, 'another password')).toBe(401);
    expect(await logIn(second, ADMIN.ADMIN_PASSWORD)).toBe(200);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });

  it.each(['SIGINT', 'SIGHUP'] as const)('stops on %s, also if it comes twice', async (name) => {
    const server = await ServerProcess.start(database, { env: { DB_MIGRATE_ON_START: 'true' } });
    // As Ctrl+C does: once from the terminal, once from npm.
    server.signal(name);
    server.signal(name);

    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(server.log.map(({ message }) => message)).toContain(`Shutting down: ${name}`);
  });

  it('listens on the address and keeps idle connections for the time that are configured', async () => {
    const server = await ServerProcess.start(database, {
      env: { DB_MIGRATE_ON_START: 'true', HOST: '127.0.0.2', KEEP_ALIVE_SECONDS: '66' },
    });
    try {
      const { headers } = await fetch(`http://127.0.0.2:${String(server.port)}/health/live`);
      expect(headers.get('keep-alive')).toBe('timeout=66');
      await expect(fetch(`http://127.0.0.1:${String(server.port)}`)).rejects.toMatchObject({
        cause: { code: 'ECONNREFUSED' },
      });
    } finally {
      await server.kill();
    }
  });

  it('takes new connections for the configured time after it has stopped being ready', async () => {
    const server = await ServerProcess.start(database, {
      env: { DB_MIGRATE_ON_START: 'true', SHUTDOWN_DELAY_SECONDS: '2' },
    });
    server.signal('SIGTERM');
    await until(async () => (await fetch(`${server.url}/health/ready`)).status === 503);

    // Each on a connection of its own.
    const { status } = await fetch(`${server.url}/health/live`, {
      headers: { Connection: 'close' },
    });
    expect(status).toBe(200);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('exits with an error if its port is taken', async () => {
    const holder = createServer().listen(0);
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    try {
      const server = ServerProcess.spawn(database, {
        env: { DB_MIGRATE_ON_START: 'true', PORT: String(port) },
      });

      expect(await server.exited).toEqual({ code: 1, signal: null });
      expect(server.output).toContain('EADDRINUSE');
    } finally {
      holder.close();
    }
  });

  it('reports every fault of its configuration at once, and exits', async () => {
    const server = ServerProcess.spawn(database, {
      env: { SECRET_KEY: 'short', PORT: 'http', JWT_EXPIRES_IN: 'soon' },
    });

    expect(await server.exited).toEqual({ code: 1, signal: null });
    const reported = server.otherOutput.join('\n');
    for (const name of ['SECRET_KEY', 'PORT', 'JWT_EXPIRES_IN'])
      expect(reported).toContain(`- ${name}`);
  });
});
