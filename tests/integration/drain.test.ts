import { Agent, get } from 'node:http';
import { ServerProcess } from '../support/server-process';
import { testDatabase } from '../support/test-database';
import { until } from '../support/until';

interface Reply {
  readonly status: number | undefined;
  readonly connection: string | undefined;
}

/** A request on a connection that is kept, as a proxy sends it. */
function ask(agent: Agent, url: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    get(`${url}/health/live`, { agent }, (answer) => {
      answer.resume().on('end', () => {
        resolve({ status: answer.statusCode, connection: answer.headers.connection });
      });
    }).on('error', reject);
  });
}

describe('a server that is asked to stop', () => {
  it('answers what comes on a connection that was idle, and says that it was the last', async () => {
    const server = await ServerProcess.start(await testDatabase());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      expect(await ask(agent, server.url)).toEqual({ status: 200, connection: 'keep-alive' });

      server.signal('SIGTERM');
      await until(() => server.log.some(({ message }) => message.startsWith('Shutting down')));

      expect(await ask(agent, server.url)).toEqual({ status: 200, connection: 'close' });
      await expect(ask(agent, server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      expect(await server.exited).toEqual({ code: 0, signal: null });
    } finally {
      agent.destroy();
      await server.kill();
    }
  });
});
