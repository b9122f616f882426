/** Requests that are broken as a whole: invalid JSON, invalid HTTP, odd paths. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { FuzzRequest } from './requests';

/** The framing of a request; all but the first two are broken, and end its connection. */
export type Framing =
  | 'length'
  | 'chunked'
  | 'too long a length'
  | 'too short a length'
  | 'two lengths'
  | 'length and chunks'
  | 'broken chunks'
  | 'no host'
  | 'huge head'
  | 'broken head'
  | 'old HTTP'
  | 'HTTP/2';

type Breakage = (request: FuzzRequest) => FuzzRequest;

const asBytes = (body: FuzzRequest['body']): Buffer =>
  Buffer.isBuffer(body) ? body : Buffer.from(body ?? '{}');
const asText = (body: FuzzRequest['body']): string => asBytes(body).toString();

function body(kind: string, change: (body: FuzzRequest['body']) => string | Buffer): Breakage {
  return (request) => ({ ...request, kind: `body: ${kind}`, body: change(request.body) });
}

const BODIES: readonly Breakage[] = [
  body('empty', () => ''),
  body('cut off', (given) => asText(given).slice(0, -1)),
  body('cut in the middle', (given) => asText(given).slice(0, asText(given).length / 2)),
  body('with a byte order mark', (given) => `\ufeff${asText(given)}`),
  body('UTF-16', (given) => Buffer.from(`\ufeff${asText(given)}`, 'utf16le')),
  body('invalid UTF-8', (given) =>
    Buffer.concat([asBytes(given), Buffer.from([0xff, 0xfe, 0xc0])]),
  ),
  body('overlong UTF-8', () => Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])),
  body('half a UTF-8 character', (given) =>
    Buffer.from(`${asText(given).slice(0, -1)},"a":"é"}`).subarray(0, -3),
  ),
  body('gzip without saying so', (given) => gzipSync(asBytes(given))),
  body('of two values', (given) => `${asText(given)}${asText(given)}`),
  body('a list', (given) => `[${asText(given)}]`),
  body('text', (given) => JSON.stringify(asText(given))),
  ...[
    'null',
    '1',
    'true',
    '""',
    '[]',
    '-',
    '{',
    '[',
    'undefined',
    '{a:1}',
    "{'a':1}",
    '{"a":1,}',
  ].map((text) => body(text, () => text)),
  body('with a comment', (given) => `/* */${asText(given)}`),
  body('nested 40 000 lists deep', () => '['.repeat(40_000) + ']'.repeat(40_000)),
  body('opened 90 000 times', () => '[{"a":'.repeat(15_000)),
  body('quotes only', () => '"'.repeat(90_000)),
  body('5 000 unknown fields', () =>
    JSON.stringify(
      Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`f${String(n)}`, n])),
    ),
  ),
  body('one field 9 000 times', () => `{${'"event_id":1,'.repeat(7_000)}"event_id":1}`),
  body('99 KiB of space', (given) => asText(given) + ' '.repeat(99 * 1_024)),
  body('over 100 KiB', (given) => asText(given) + ' '.repeat(101 * 1_024)),
];

export const brokenBody: fc.Arbitrary<Breakage> = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...BODIES) },
  {
    weight: 3,
    arbitrary: fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => body('random bytes', () => Buffer.from(bytes))),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(5_000), fc.nat(255)).map(([at, byte]) =>
      body('one byte changed', (given) => {
        const bytes = Buffer.from(asBytes(given));
        bytes[at % Math.max(bytes.length, 1)] = byte;
        return bytes;
      }),
    ),
  },
);

function headers(kind: string, ...added: [string, string][]): Breakage {
  return (request) => ({
    ...request,
    kind: `type: ${kind}`,
    headers: [...request.headers.filter(([name]) => name !== 'Content-Type'), ...added],
  });
}

const type = (value: string): Breakage => headers(value, ['Content-Type', value]);

export const brokenType: fc.Arbitrary<Breakage> = fc.constantFrom(
  headers('none'),
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'].map(
    type,
  ),
  ...['application/json; charset=utf-16', 'application/json; charset=iso-8859-1'].map(type),
  ...['application/json; charset=x-unknown', 'application/json; charset=', 'application/json;'].map(
    type,
  ),
  ...[
    'application/json;charset=utf-8;charset=utf-16',
    'APPLICATION/JSON',
    'application/ld+json',
  ].map(type),
  ...['json', '/', '*/*', 'application/jsonx', 'application/json, text/plain', 'é'].map(type),
  headers('gzip', ['Content-Type', 'application/json'], ['Content-Encoding', 'gzip']),
  headers('unknown coding', ['Content-Type', 'application/json'], ['Content-Encoding', 'x-zip']),
  headers('identity', ['Content-Type', 'application/json'], ['Content-Encoding', 'identity']),
  headers('two types', ['Content-Type', 'application/json'], ['Content-Type', 'text/plain']),
);

const FRAMINGS: readonly Framing[] = [
  'chunked',
  'too long a length',
  'too short a length',
  'two lengths',
  'length and chunks',
  'broken chunks',
  'no host',
  'huge head',
  'broken head',
  'old HTTP',
  'HTTP/2',
];

export const brokenFraming: fc.Arbitrary<Breakage> = fc
  .constantFrom(...FRAMINGS)
  .map((framing) => (request) => ({ ...request, kind: `wire: ${framing}`, framing }));

function target(kind: string, change: (target: string) => string): Breakage {
  return (request) => ({
    ...request,
    kind: `path: ${kind}`,
    operation: null,
    target: change(request.target),
  });
}

function method(name: string): Breakage {
  return (request) => ({ ...request, kind: `method: ${name}`, operation: null, method: name });
}

const withQuery = (added: string) => (given: string) =>
  `${given}${given.includes('?') ? '&' : '?'}${added}`;

export const oddTarget: fc.Arbitrary<Breakage> = fc.oneof(
  fc.constantFrom(
    target('slash doubled', (given) => `/${given}`),
    target('slash behind', (given) => given.replace(/\?|$/, '/$&')),
    target('slash doubled within', (given) => given.replace('/api/', '/api//')),
    target('other case', (given) => given.replace('/api/', '/API/')),
    target('dots', (given) => given.replace('/api/', '/api/../api/./')),
    target('encoded dots', (given) => given.replace('/api/', '/api/%2e%2e/api/')),
    target('encoded slash', (given) => given.replace('/api/', '/api%2F')),
    target('backslash', (given) => given.replace('/api/', '/api\\')),
    target('NUL', (given) => `${given}%00`),
    target('broken percent', (given) => given.replace(/\?|$/, '%$&')),
    target('bad UTF-8', (given) => given.replace(/\?|$/, '%ff%fe$&')),
    target('semicolon', (given) => given.replace(/\?|$/, ';a=b$&')),
    target('fragment', (given) => `${given}#x`),
    target('absolute', (given) => `http://evil.example${given}`),
    target('absolute without path', () => 'http://evil.example'),
    target('asterisk', () => '*'),
    target('question marks', (given) => `${given}????`),
    target('1 000 parameters', withQuery('a=1&'.repeat(1_000))),
    target('one parameter 1 000 times', withQuery('limit=1&'.repeat(1_000))),
    target('brackets', withQuery('limit[]=1&limit[__proto__][polluted]=1&__proto__[polluted]=1')),
    target('long', (given) => `${given}${'a'.repeat(9_000)}`),
    target('raw bytes', (given) => `${given}\xff\xfe`),
    target('documentation page', () => '/api-docs/../../package.json'),
    target('documentation file', () => '/api-docs/%2e%2e%2f%2e%2e%2fpackage.json'),
  ),
  fc.constantFrom('TRACE', 'HEAD', 'OPTIONS', 'PATCH', 'PUT', 'DELETE', 'POST', 'GET').map(method),
  fc
    .constantFrom('PROPFIND', 'MOVE', 'SEARCH', 'LOCK', 'CONNECT', 'FOO', 'get', 'G\x01T')
    .map(method),
);
