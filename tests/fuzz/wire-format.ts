import type { Framing } from './breakage';

interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | null;
  readonly framing: Framing;
}

/** Larger than any head that Node accepts. */
const HUGE_HEADER = 'x'.repeat(20_000);

/** The bytes of a request. */
export function asBytes({ method, target, headers, body, framing }: WireRequest): Buffer {
  const version = framing === 'old HTTP' ? '1.0' : framing === 'HTTP/2' ? '2.0' : '1.1';
  const head = [
    `${method} ${target} HTTP/${version}`,
    ...(framing === 'no host' ? [] : ['Host: fuzz.example']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...lengthsOf(body, framing),
    ...(framing === 'huge head' ? [`X-Huge: ${HUGE_HEADER}`] : []),
    ...(framing === 'broken head' ? ['no colon', 'bad\x01name: 1'] : []),
  ];
  return Buffer.concat([
    Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'),
    bodyOf(body ?? Buffer.alloc(0), framing),
  ]);
}

function lengthsOf(body: Buffer | null, framing: Framing): string[] {
  const length = body?.length ?? 0;
  switch (framing) {
    case 'chunked':
    case 'broken chunks':
      return ['Transfer-Encoding: chunked'];
    case 'length and chunks':
      return [`Content-Length: ${String(length)}`, 'Transfer-Encoding: chunked'];
    case 'two lengths':
      return [`Content-Length: ${String(length)}`, `Content-Length: ${String(length + 1)}`];
    case 'too long a length':
      return [`Content-Length: ${String(length + 10)}`];
    case 'too short a length':
      return [`Content-Length: ${String(Math.max(length - 5, 0))}`];
    default:
      return body === null ? [] : [`Content-Length: ${String(length)}`];
  }
}

function bodyOf(body: Buffer, framing: Framing): Buffer {
  switch (framing) {
    case 'chunked':
    case 'length and chunks':
      return chunked(body);
    case 'broken chunks':
      return Buffer.concat([Buffer.from('zz\r\n'), body, Buffer.from('\r\n-1\r\n\r\n')]);
    default:
      return body;
  }
}

/** In chunks of a few bytes, which few clients send. */
function chunked(body: Buffer): Buffer {
  const size = Math.max(Math.ceil(body.length / 5), 1);
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
