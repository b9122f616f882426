import { once } from 'node:events';
import { connect } from 'node:net';
import { createContainer, type Container } from '../../src/container';
import { HttpServer } from '../../src/process/http-server';
import { makePerson } from '../factories/people';
import { checkError } from '../support/http/contract';
import { testConfig } from '../support/setup/test-config';
import { testDatabase } from '../support/setup/test-database';

/** Larger than any head that Node reads. */
const HUGE = 'x'.repeat(20_000);

describe('what is no HTTP', () => {
  let container: Container;
  let server: HttpServer;
  let port: number;
  beforeAll(async () => {
    container = createContainer(testConfig(await testDatabase()));
    server = new HttpServer(container.app, container.logger);
    port = await server.listen(0);
  });
  afterAll(async () => {
    await server.drain();
    await container.close();
  });

  /** Sends text as it is, and gives back all that comes until the server hangs up. */
  async function send(text: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (bytes) => (received += bytes.toString()));
    socket.on('error', () => undefined);
    socket.end(text, 'latin1');
    await once(socket, 'close');
    return received;
  }

  it.each([
    ['no request at all', 'hello\r\n\r\n', 400],
    ['a method that does not exist', 'FETCH / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['space in the path', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', 400],
    ['no Host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a head too large', `GET / HTTP/1.1\r\nHost: a\r\nX: ${HUGE}\r\n\r\n`, 413],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
    ],
    [
      'a length and chunks, as for smuggling a second request',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'chunks of no number',
      'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n' +
        'Transfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
  ])('%s is answered in the shape of all errors, with an id', async (_what, text, status) => {
    const [head = '', body = ''] = (await send(text)).split('\r\n\r\n');

    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
    checkError('answer', JSON.parse(body));
    const { statusCode, requestId } = JSON.parse(body) as { statusCode: number; requestId: string };
    expect(statusCode).toBe(status);
    expect(head).toMatch(new RegExp(`X-Request-Id: ${requestId}`));
  });

  it('is not answered where the request before it would take the answer for its own', async () => {
    const { token } = await makePerson(container);
    const body = JSON.stringify({ event_name: `Pipelined ${token.slice(-8)}`, total_tickets: 1 });
    const create =
      `POST /api/events/initialize HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;

    const received = await send(`${create}no request`);

    expect(received).not.toContain('400');
  });

  it('an expectation that nobody knows is no reason to refuse a request', async () => {
    const received = await send(
      'GET /health/live HTTP/1.1\r\nHost: a\r\nExpect: the unexpected\r\nConnection: close\r\n\r\n',
    );

    expect(received).toMatch(/^HTTP\/1.1 200 OK/);
  });
});
