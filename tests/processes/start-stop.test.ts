import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { DatabaseSettings } from '../../src/config/config';
import { Migrator } from '../../src/database/migrator';
import { ServerProcess } from '../support/servers/server-process';
import { emptyDatabase } from '../support/setup/test-database';

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
