import { once } from 'node:events';
import { connect } from 'node:net';
import { createContainer, type Container } from '../../src/container';
import { HttpServer } from '../../src/process/http-server';
import { makePerson } from '../factories/people';
import { checkError } from '../support/http/contract';
import { testConfig } from '../support/setup/test-config';
import { testDatabase } from '../support/setup/test-database';

/** Larger than any head that Node accepts. */
const HUGE = 'x'.repeat(20_000);

describe('malformed HTTP', () => {
  let container: Container;
  let server: HttpServer;
  let port: number;
  beforeAll(async () => {
    container = createContainer(testConfig(await testDatabase()));
    server = new HttpServer(container.app, container.logger, container.config.http);
    ({ port } = await server.listen());
  });
  afterAll(async () => {
    await server.drain();
    await container.close();
  });

  /** Sends the text unchanged, and returns everything up to the end of the connection. */
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
    ['not a request', 'hello\r\n\r\n', 400],
    ['a method that does not exist', 'FETCH / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['space in the path', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', 400],
    ['no Host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['too large a head', `GET / HTTP/1.1\r\nHost: a\r\nX: ${HUGE}\r\n\r\n`, 413],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
    ],
    [
      'a length and chunks, as in request smuggling',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'chunks without a size',
      'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n' +
        'Transfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
  ])('%s is answered like any other error, with an id', async (_what, text, status) => {
    const [head = '', body = ''] = (await send(text)).split('\r\n\r\n');

    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
    checkError('answer', JSON.parse(body));
    const { statusCode, requestId } = JSON.parse(body) as { statusCode: number; requestId: string };
    expect(statusCode).toBe(status);
    expect(head).toMatch(new RegExp(`X-Request-Id: ${requestId}`));
  });

  it('is told the limit where the head is too large', async () => {
    const [, body = ''] = (await send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${HUGE}\r\n\r\n`)).split(
      '\r\n\r\n',
    );

    expect(JSON.parse(body)).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: 'The request head is larger than the limit of 16384 bytes',
    });
  });

  it('is not answered while the answer to an earlier request is pending', async () => {
    const { token } = await makePerson(container);
    const body = JSON.stringify({ event_name: `Pipelined ${token.slice(-8)}`, total_tickets: 1 });
    const create =
      `POST /api/events/initialize HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;

    const received = await send(`${create}no request`);

    expect(received).not.toContain('400');
  });

  it('with an unknown expectation is answered all the same', async () => {
    const received = await send(
      'GET /health/live HTTP/1.1\r\nHost: a\r\nExpect: the unexpected\r\nConnection: close\r\n\r\n',
    );

    expect(received).toMatch(/^HTTP\/1.1 200 OK/);
  });
});
