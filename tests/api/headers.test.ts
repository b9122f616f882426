import { loadConfig } from '../../src/config/load-config';
import { makeEvent } from '../factories/events';
import { makePerson, type Person } from '../factories/people';
import { TestApi } from '../support/http/test-api';

/** On every answer. */
const ALWAYS = {
  'content-security-policy':
    "default-src 'self';base-uri 'none';font-src 'self' data:;form-action 'self';" +
    "frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';" +
    "script-src-attr 'none';style-src 'self' 'unsafe-inline'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
  'x-request-id': 'headers-test',
  'access-control-expose-headers':
    'X-Request-Id,ETag,Retry-After,Idempotent-Replayed,' +
    'RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset,RateLimit-Policy',
};
const FOR_EVERYONE = { ...ALWAYS, 'access-control-allow-origin': '*' };
const JSON_TYPE = 'application/json; charset=utf-8';

type Headers = Readonly<Record<string, string>>;

/** A request's options, with plain headers. */
type Options = Omit<RequestInit, 'headers'> & { readonly headers?: Headers };

/** What Node adds for the connection, and what differs between answers. */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'date', 'content-length'];

async function headersOf(url: string, init: Options): Promise<Headers> {
  const { headers } = await fetch(url, {
    ...init,
    headers: { ...init.headers, 'X-Request-Id': 'headers-test' },
  });
  return Object.fromEntries(
    Array.from(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name)),
  );
}

describe('headers', () => {
  let api: TestApi;
  let person: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    person = await makePerson(api.container);
  });
  afterAll(() => api.close());

  const ask = (path: string, init: Options = {}): Promise<Headers> =>
    headersOf(`${api.url}${path}`, init);
  const authorized = (): Headers => ({ Authorization: `Bearer ${person.token}` });

  it('of a read are exactly these', async () => {
    expect(await ask('/api/users/me', { headers: authorized() })).toEqual({
      ...FOR_EVERYONE,
      'cache-control': 'private, no-cache',
      'content-type': JSON_TYPE,
    });
  });

  it('of availability are exactly these, with an ETag', async () => {
    const { id } = await makeEvent(api, { organizer: person });

    expect(await ask(`/api/available-tickets/${String(id)}`, { headers: authorized() })).toEqual({
      ...FOR_EVERYONE,
      'cache-control': 'private, no-cache',
      'content-type': JSON_TYPE,
      etag: expect.stringMatching(/^(W\/)?"[^"]+"$/),
    });
  });

  it('of a change are exactly these', async () => {
    const { id } = await makeEvent(api, { organizer: person });
    const init = {
      method: 'POST',
      headers: { ...authorized(), 'Content-Type': 'application/json' },
      body: JSON.stringify({ event_id: id }),
    };
    expect(await ask('/api/tickets/book', init)).toEqual({
      ...FOR_EVERYONE,
      'cache-control': 'no-store',
      'content-type': JSON_TYPE,
    });
  });

  it('of an error are exactly these', async () => {
    const error = { ...FOR_EVERYONE, 'cache-control': 'no-store', 'content-type': JSON_TYPE };

    expect(await ask('/api/nothing')).toEqual(error);
    expect(await ask('/api/users/me')).toEqual({ ...error, 'www-authenticate': 'Bearer' });
    expect(await ask('/api/auth/login')).toEqual({ ...error, allow: 'POST' });
  });

  it('of the documentation page let it run only its own scripts', async () => {
    expect(await ask('/api-docs/')).toEqual({
      ...FOR_EVERYONE,
      'cache-control': 'private, no-cache',
      'content-type': 'text/html; charset=utf-8',
    });
  });

  it('of a page for people let it run nothing', async () => {
    expect(await ask('/', { headers: { Accept: 'text/html' } })).toEqual({
      ...FOR_EVERYONE,
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
    });
  });

  it('of a preflight let browsers send whatever headers they ask for', async () => {
    const wanted = 'authorization,baggage,cache-control,idempotency-key,sentry-trace,traceparent';
    const init = {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://shop.example',
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': wanted,
      },
    };
    expect(await ask('/api/tickets/book', init)).toEqual({
      ...FOR_EVERYONE,
      'access-control-allow-headers': wanted,
      vary: 'Access-Control-Request-Headers',
      'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
      'access-control-max-age': '600',
    });
  });
});

describe('CORS', () => {
  const SECRET = 'a secret that is only good for this test, 48 bytes';

  /** What a server with this environment allows an origin. */
  async function allowed(
    environment: Readonly<Record<string, string>>,
    origin: string,
  ): Promise<{
    origin?: string;
    credentials?: string;
    vary?: string;
    warnings: readonly string[];
  }> {
    const { http, warnings } = loadConfig(
      { NODE_ENV: 'test', SECRET_KEY: SECRET, DB_DIALECT: 'sqlite', ...environment },
      '/nowhere',
    );
    const api = await TestApi.start({ http });
    try {
      const headers = await headersOf(`${api.url}/health/live`, { headers: { Origin: origin } });
      return {
        origin: headers['access-control-allow-origin'],
        credentials: headers['access-control-allow-credentials'],
        vary: headers.vary,
        warnings,
      };
    } finally {
      await api.close();
    }
  }

  it('lets any origin read, without credentials, if none is listed', async () => {
    expect(await allowed({}, 'https://shop.example')).toEqual({ origin: '*', warnings: [] });
  });

  it('lets listed origins read, and makes caches keep them apart', async () => {
    const ORIGIN = 'https://shop.example, https://admin.shop.example';

    for (const origin of ORIGIN.split(', ')) {
      expect(await allowed({ ORIGIN }, origin)).toEqual({ origin, vary: 'Origin', warnings: [] });
    }
    for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'null']) {
      expect(await allowed({ ORIGIN }, origin)).toEqual({ vary: 'Origin', warnings: [] });
    }
  });

  it('lets listed origins send credentials if CREDENTIALS is true', async () => {
    const environment = { ORIGIN: 'https://shop.example', CREDENTIALS: 'true' };

    expect(await allowed(environment, 'https://shop.example')).toEqual({
      origin: 'https://shop.example',
      credentials: 'true',
      vary: 'Origin',
      warnings: [],
    });
    expect((await allowed(environment, 'https://evil.example')).origin).toBeUndefined();
  });

  it.each(['*', 'https://shop.example, *'])(
    'never lets arbitrary origins send credentials (ORIGIN=%s), and warns at the start',
    async (ORIGIN) => {
      expect(await allowed({ ORIGIN, CREDENTIALS: 'true' }, 'https://evil.example')).toEqual({
        origin: '*',
        warnings: [expect.stringMatching(/CREDENTIALS=true has no effect while ORIGIN is \*/)],
      });
    },
  );
});
