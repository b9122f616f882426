import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How long an answer may take. */
const ANSWER_LIMIT_MS = 20_000;
const HEAD_END = Buffer.from('\r\n\r\n');

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The parsed answer and its end; null while it is incomplete. */
interface ReadAnswer {
  readonly answer: WireAnswer;
  readonly end: number;
}

/** Sends raw bytes, which no HTTP client does, and reads the answers. */
export class Wire {
  #socket: Socket | undefined;

  constructor(private readonly port: number) {}

  /**
   * Sends a whole request on a kept-alive connection.
   *
   * @throws Error if no answer comes
   */
  async ask(bytes: Buffer, method: string): Promise<WireAnswer> {
    const isFresh = this.#socket === undefined;
    const socket = (this.#socket ??= await open(this.port));
    try {
      const [answer] = await exchange(socket, bytes, { method, isLast: false });
      if (!answer) throw new ConnectionClosedError();
      if (answer.headers.connection === 'close') this.close();
      return answer;
    } catch (error) {
      this.close();
      // The server may close an idle connection just when it is used again.
      if (error instanceof ConnectionClosedError && !isFresh) return this.ask(bytes, method);
      throw error;
    }
  }

  /**
   * Sends bytes that may not be a request, ends the stream, and reads until the server closes.
   *
   * @throws Error if it does not
   */
  async askOnce(bytes: Buffer, method: string): Promise<WireAnswer[]> {
    const socket = await open(this.port);
    try {
      return await exchange(socket, bytes, { method, isLast: true });
    } finally {
      socket.destroy();
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}

class ConnectionClosedError extends Error {
  constructor() {
    super('The connection was closed without an answer');
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** @param isLast whether to read until the server closes, instead of one answer */
function exchange(
  socket: Socket,
  bytes: Buffer,
  { method, isLast }: { method: string; isLast: boolean },
): Promise<WireAnswer[]> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const answers: WireAnswer[] = [];
    const settle = (error?: Error): void => {
      clearTimeout(limit);
      socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('error');
      // A kept-alive connection may be reset while idle.
      socket.on('error', () => undefined);
      if (error) reject(error);
      else resolve(answers);
    };
    const limit = setTimeout(() => {
      settle(new Error('No answer in time'));
    }, ANSWER_LIMIT_MS);
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      try {
        for (let read = readAnswer(received, method); read; read = readAnswer(received, method)) {
          received = received.subarray(read.end);
          if (read.answer.status >= 200) answers.push(read.answer);
        }
      } catch (error) {
        settle(error as Error);
        return;
      }
      if (!isLast && answers.length > 0) settle();
    });
    socket.on('close', () => {
      settle();
    });
    socket.on('error', () => {
      settle();
    });
    if (isLast) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** @throws Error if it is not HTTP */
function readAnswer(received: Buffer, method: string): ReadAnswer | null {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return null;
  const [statusLine = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  if (!status) throw new Error(`The answer is not HTTP: ${statusLine}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const start = headEnd + HEAD_END.length;
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') {
    return { answer: { status, headers, text: '' }, end: start };
  }
  if (headers['transfer-encoding'] === 'chunked') {
    const body = readChunks(received, start);
    return body && { answer: { status, headers, text: body.text }, end: body.end };
  }
  const end = start + Number(headers['content-length'] ?? 0);
  if (received.length < end) return null;
  return { answer: { status, headers, text: received.toString('utf8', start, end) }, end };
}

function readChunks(received: Buffer, start: number): { text: string; end: number } | null {
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const length = parseInt(received.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + length + 2;
    if (Number.isNaN(length) || received.length < next) return null;
    if (length === 0) return { text: Buffer.concat(parts).toString(), end: next };
    parts.push(received.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = next;
  }
}
