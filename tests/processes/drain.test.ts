import { once } from 'node:events';
import { Agent, get, request, type IncomingMessage } from 'node:http';
import { ServerProcess } from '../support/servers/server-process';
import { testDatabase } from '../support/setup/test-database';
import { until } from '../support/setup/until';

/** Far more clients than are accepted in one turn of the event loop. */
const CROWD = 100;

interface Reply {
  readonly status: number | undefined;
  readonly connection: string | undefined;
}

/** A request on a kept-alive connection, as from a proxy. */
function ask(agent: Agent, url: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    get(`${url}/health/live`, { agent }, (answer) => {
      answer.resume().on('end', () => {
        resolve({ status: answer.statusCode, connection: answer.headers.connection });
      });
    }).on('error', reject);
  });
}

/** Sends requests, each on a new connection, until a connection is refused. */
async function askUntilRefused(url: string): Promise<string[]> {
  const outcomes: string[] = [];
  while (outcomes.at(-1) !== 'ECONNREFUSED') {
    const agent = new Agent({ keepAlive: false });
    outcomes.push(
      await ask(agent, url).then(
        ({ status }) => String(status),
        (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
      ),
    );
  }
  return outcomes;
}

describe('a server that is stopped', () => {
  it('answers every client that could connect, even if it had not been accepted yet', async () => {
    const server = await ServerProcess.start(await testDatabase());
    try {
      const clients = Array.from({ length: CROWD }, () => askUntilRefused(server.url));
      await until(() => fetch(`${server.url}/health/live`).then(({ ok }) => ok));
      server.signal('SIGTERM');

      const outcomes = new Set((await Promise.all(clients)).flat());

      expect(outcomes).toEqual(new Set(['200', 'ECONNREFUSED']));
      expect(await server.exited).toEqual({ code: 0, signal: null });
    } finally {
      await server.kill();
    }
  });

  it('answers a request on an idle connection, and closes it after that', async () => {
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

  it('answers a request that it has begun to read, after idle connections are closed', async () => {
    const server = await ServerProcess.start(await testDatabase());
    const agent = new Agent({ keepAlive: true });
    const slow = request(`${server.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
    });
    const answered = once(slow, 'response') as Promise<[IncomingMessage]>;
    try {
      slow.write('{"email":');
      await ask(agent, server.url);
      const [idle] = Object.values(agent.freeSockets).flat();
      const idleClosed = once(idle!, 'close');

      server.signal('SIGTERM');
      await idleClosed;
      slow.end('"someone@example.com"}');

      const [answer] = await answered;
      answer.resume();
      expect(answer.statusCode).toBe(400);
      expect(await server.exited).toEqual({ code: 0, signal: null });
    } finally {
      agent.destroy();
      slow.destroy();
      await server.kill();
    }
  });
});
