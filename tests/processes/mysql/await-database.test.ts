import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import type { MysqlSettings } from '../../../src/config/config';
import { awaitDatabase } from '../../../src/process/await-database';
import { createLogger } from '../../../src/observability/logger';
import { freePort } from '../../support/setup/free-port';
import { ServerProcess } from '../../support/servers/server-process';
import { testDatabase } from '../../support/setup/test-database';
import { until } from '../../support/setup/until';

const logger = createLogger({ level: 'silent', accessFormat: 'dev', directory: null });

describe('a start while the database is still starting', () => {
  let database: MysqlSettings;
  let absent: MysqlSettings;
  beforeAll(async () => {
    database = (await testDatabase()) as MysqlSettings;
    absent = { ...database, port: await freePort() };
  });

  const isWaiting = (server: ServerProcess): boolean =>
    server.log.some(({ message }) => message.includes('does not answer: waiting for it, 60 s'));

  async function forwarder(): Promise<Server> {
    const server = createServer((client) => {
      const upstream = connect(database.port, database.host);
      client.pipe(upstream).pipe(client);
      for (const end of [client, upstream]) end.on('error', () => end.destroy());
    });
    await once(server.listen(absent.port, absent.host), 'listening');
    return server;
  }

  it('says so, and serves as soon as the database answers', async () => {
    const server = ServerProcess.spawn(absent);
    await until(() => isWaiting(server));
    const database = await forwarder();
    await until(() => server.log.some(({ message }) => message.startsWith('Listening')));

    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    database.close();
  });

  it('stops on a signal', async () => {
    const server = ServerProcess.spawn(absent);
    await until(() => isWaiting(server));
    server.signal('SIGTERM');

    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('fails with the reason if the time is over', async () => {
    await expect(awaitDatabase(absent, logger, 0)).rejects.toThrow('ECONNREFUSED');
  });

  it('fails at once if the database refuses the account', async () => {
    const stranger = { ...database, user: 'nobody', password: 'wrong' };

    await expect(awaitDatabase(stranger, logger)).rejects.toThrow('Access denied');
  });
});
