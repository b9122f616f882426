import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import type { MysqlSettings } from '../../../src/config/config';
import { openDatabase } from '../../../src/database/database';
import { CertificateAuthority, type Certificate } from '../../support/servers/certificates';
import { testEngine } from '../../support/servers/database-engine';
import { DatabaseServer } from '../../support/servers/database-server';
import { databaseVariables, runCli, ServerProcess } from '../../support/servers/server-process';
import { freePort } from '../../support/setup/free-port';
import { serverSettings } from '../../support/setup/server-settings';
import { until } from '../../support/setup/until';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const SEQUELIZE_CLI = createRequire(__filename).resolve('sequelize-cli/lib/sequelize');
/** MariaDB only says that access is denied. */
const REFUSED_WITHOUT_TLS = {
  mariadb: /Access denied .*DB_SSL if the account must use TLS/,
  mysql: /insecure transport.*DB_SSL=required/,
}[testEngine()];
const EXPIRED = -1;
/** Of a silent server: 3 s, and some for a busy machine. */
const SILENCE_LIMIT_MS = 8_000;

type Variables = Readonly<Record<string, string>>;

/** A server that takes no connection by network without TLS. */
describe('a database server that demands TLS', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tickets-tls-'));
  const authority = new CertificateAuthority(path.join(folder, 'ours'));
  const foreign = new CertificateAuthority(path.join(folder, 'foreign'));
  const used = { certificate: path.join(folder, 'used.pem'), key: path.join(folder, 'used.key') };
  const good = authority.issue(['DNS:localhost', 'IP:127.0.0.1']);
  let server: DatabaseServer;
  let settings: MysqlSettings;

  beforeAll(async () => {
    put(good);
    server = await DatabaseServer.start({
      engine: testEngine(),
      options: [
        `--ssl-cert=${used.certificate}`,
        `--ssl-key=${used.key}`,
        '--require-secure-transport=ON',
      ],
    });
    settings = serverSettings({ host: 'localhost', port: server.port, database: 'tickets' });
    const connection = await createConnection({ socketPath: server.socket, user: 'root' });
    await connection.query('CREATE DATABASE tickets');
    await connection.end();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  function put({ certificate, key }: Certificate): void {
    copyFileSync(certificate, used.certificate);
    copyFileSync(key, used.key);
  }

  /** Starts it again with another certificate; MySQL would load no expired one while it runs. */
  async function show(certificate: Certificate): Promise<void> {
    put(certificate);
    await server.kill();
    await server.restart();
  }

  const VERIFY = { DB_SSL: 'verify', DB_SSL_CA: authority.certificate };

  const migrate = (env: Variables): Promise<{ code: number; output: string }> =>
    runCli(settings, ['db:migrate'], env);

  async function refusalOf(env: Variables): Promise<string> {
    const { code, output } = await migrate(env);
    expect(code).toBe(1);
    expect(output.trim()).not.toContain('\n');
    return output.trim();
  }

  it('refuses a command and a server without TLS, in one line that names DB_SSL', async () => {
    expect(await refusalOf({})).toMatch(REFUSED_WITHOUT_TLS);

    const started = ServerProcess.spawn(settings);
    expect(await started.exited).toEqual({ code: 1, signal: null });
    const [line] = started.log.filter(({ level }) => level === 'error');
    expect(line).toMatchObject({
      message: "The server can't start",
      reason: expect.stringMatching(REFUSED_WITHOUT_TLS) as string,
    });
  });

  it.each([
    ['DB_SSL=required', { DB_SSL: 'required' }],
    ['DB_SSL=verify, by name', VERIFY],
    ['DB_SSL=verify, by address', { ...VERIFY, DB_HOST: '127.0.0.1' }],
  ])('takes commands, sequelize-cli and a server with %s', async (_name, env) => {
    expect((await migrate(env)).output).toMatch(/migrated|up to date/);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [SEQUELIZE_CLI, 'db:migrate:status'],
      { cwd: ROOT, env: { PATH: process.env.PATH, ...databaseVariables(settings), ...env } },
    );
    expect(stdout).toMatch(/up \d+-create-users/);
    const started = await ServerProcess.start(settings, { env });
    expect((await fetch(`${started.url}/health/ready`)).status).toBe(200);
    expect(await started.stop()).toEqual({ code: 0, signal: null });
  });

  it('is used through its socket, in place of host and port', async () => {
    const local = { ...settings, socket: server.socket };

    expect((await runCli(local, ['db:migrate'])).code).toBe(0);
    const started = await ServerProcess.start(local);
    expect((await fetch(`${started.url}/health/ready`)).status).toBe(200);
    expect(await started.stop()).toEqual({ code: 0, signal: null });
  });

  it.each([
    ['for another name', authority.issue(['DNS:db.example.com']), /altnames|does not match/i],
    ['for another address', authority.issue(['IP:192.0.2.1', 'DNS:localhost']), /altnames|match/i],
    ['that has expired', authority.issue(['IP:127.0.0.1'], EXPIRED), /expired/],
    ['of a foreign authority', foreign.issue(['IP:127.0.0.1']), /verify|self-signed/],
  ])(
    'is refused with a certificate %s, in one line, if it is verified',
    async (name, shown, why) => {
      await show(shown);
      const host = name === 'for another name' ? 'localhost' : '127.0.0.1';
      const line = await refusalOf({ ...VERIFY, DB_HOST: host });

      expect(line).toMatch(why);
      expect(line).toContain('DB_SSL_CA');
      expect((await migrate({ DB_SSL: 'required' })).code).toBe(0);
    },
  );

  it('is refused if no authority is named, as the public ones did not issue its certificate', async () => {
    expect(await refusalOf({ DB_SSL: 'verify' })).toContain('DB_SSL_CA');
  });

  it('fails a statement if it falls silent, as without TLS', async () => {
    const root = await createConnection({ socketPath: server.socket, user: 'root' });
    const database = openDatabase({ ...settings, tls: { verify: false, ca: null } });
    const waiting = database.sequelize.query('SELECT SLEEP(1)');
    await until(async () => {
      const [rows] = await root.query(
        "SELECT id FROM information_schema.processlist WHERE info = 'SELECT SLEEP(1)'",
      );
      return (rows as object[]).length > 0;
    });
    const startedAt = performance.now();
    process.kill(server.processId, 'SIGSTOP');
    try {
      await expect(waiting).rejects.toThrow('did not respond');
      expect(performance.now() - startedAt).toBeLessThan(SILENCE_LIMIT_MS);
    } finally {
      process.kill(server.processId, 'SIGCONT');
      await database.close();
      await root.end();
    }
  });
});

describe('a command', () => {
  it('waits no longer than DB_CONNECT_TIMEOUT_MS for a server that says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const { code, output } = await runCli(
      serverSettings({ port, database: 'tickets' }),
      ['db:status'],
      { DB_CONNECT_TIMEOUT_MS: '150' },
    );
    silent.close();

    expect(code).toBe(1);
    expect(output).toMatch(/^The database can't be reached: connect ETIMEDOUT .*\n$/);
  });

  it('says in one line that no server listens', async () => {
    const database = serverSettings({ port: await freePort(), database: 'tickets' });

    expect((await runCli(database, ['db:status'])).output).toMatch(
      /^The database can't be reached: .*ECONNREFUSED.*DB_HOST.*\n$/,
    );
  });
});
