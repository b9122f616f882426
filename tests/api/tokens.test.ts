import { createPublicKey, createSign, createVerify, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makePerson, type Person } from '../factories/people';
import { encode, forge, soundClaims, without, type Claims } from '../support/http/forged-token';
import { TEST_SECRET } from '../support/setup/test-config';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

const PATH = '/api/users/me';
const HOUR_SECONDS = 3_600;

describe('a bearer token', () => {
  let api: TestApi;
  let person: Person;
  let sound: Claims;
  beforeAll(async () => {
    api = await TestApi.start();
    person = await makePerson(api.container);
    sound = soundClaims(person.id);
  });
  afterAll(() => api.close());

  const ask = (headers: Record<string, string>): Promise<ApiAnswer> =>
    api.call('get', PATH, { headers });
  const bear = (token: string): Promise<ApiAnswer> => ask({ Authorization: `Bearer ${token}` });

  /** The same answer for every fault: it does not say what was wrong. */
  async function expectInvalid(token: string): Promise<void> {
    const { status, body, headers } = await bear(token);
    expect({ status, body }).toEqual({
      status: 401,
      body: {
        statusCode: 401,
        code: 'INVALID_TOKEN',
        message: 'The token is not valid',
        requestId: expect.any(String),
      },
    });
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  }

  it('forged without a fault is valid, so each forgery below fails because of its one fault', async () => {
    expect((await bear(forge(sound))).status).toBe(200);
  });

  describe('is invalid', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const { privateKey: curveKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const bySecret = (header: object, secret: string | Buffer = TEST_SECRET): string =>
      forge(sound, { header, secret });
    const byRsa = (header: object): string => {
      const signed = `${encode(header)}.${encode(sound)}`;
      return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
    };
    const byCurve = (): string => {
      const signed = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(sound)}`;
      const key = { key: curveKey, dsaEncoding: 'ieee-p1363' } as const;
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    };
    const unsigned = (alg: string): string => `${encode({ alg, typ: 'JWT' })}.${encode(sound)}.`;

    it.each<[string, () => string]>([
      ['alg none, without a signature', () => unsigned('none')],
      ['alg None', () => unsigned('None')],
      ['alg NONE, with the right HMAC', () => bySecret({ alg: 'NONE', typ: 'JWT' })],
      ['alg none, with the right HMAC', () => bySecret({ alg: 'none', typ: 'JWT' })],
      [
        'HS384 with the right secret',
        () => forge(sound, { header: { alg: 'HS384' }, hash: 'sha384' }),
      ],
      [
        'HS512 with the right secret',
        () => forge(sound, { header: { alg: 'HS512' }, hash: 'sha512' }),
      ],
      ['HS256 that says HS512', () => bySecret({ alg: 'HS512' })],
      ['RS256 with the sender’s own key', () => byRsa({ alg: 'RS256', typ: 'JWT' })],
      ['RS256 whose signature is the right HMAC', () => bySecret({ alg: 'RS256' })],
      ['HS256 with a public key as secret', () => bySecret({ alg: 'HS256' }, publicPem)],
      ['ES256 with the sender’s own key', byCurve],
      ['no alg', () => bySecret({ typ: 'JWT' })],
      ['a list as alg', () => bySecret({ alg: ['HS256', 'none'] })],
      ['alg hs256 in lower case', () => bySecret({ alg: 'hs256' })],
      ['another secret', () => bySecret({ alg: 'HS256' }, `${TEST_SECRET}!`)],
      ['the secret in base64', () => bySecret({ alg: 'HS256' }, encode(TEST_SECRET))],
      ['no secret', () => bySecret({ alg: 'HS256' }, '')],
      [
        'kid that names an empty file, and an empty secret',
        () => bySecret({ alg: 'HS256', kid: '../../dev/null' }, ''),
      ],
      ['kid that is SQL', () => bySecret({ alg: 'HS256', kid: "' UNION SELECT 'x' -- " }, 'x')],
      [
        'its own key in jwk',
        () => byRsa({ alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) }),
      ],
      [
        'its own HMAC key in jwk',
        () => bySecret({ alg: 'HS256', jwk: { kty: 'oct', k: encode('mine') } }, 'mine'),
      ],
      [
        'a key elsewhere, by jku',
        () => byRsa({ alg: 'RS256', jku: 'https://keys.example/jwks.json' }),
      ],
      [
        'a key elsewhere, by x5u',
        () => byRsa({ alg: 'RS256', x5u: 'https://keys.example/cert.pem' }),
      ],
    ])('with %s', async (_what, token) => {
      await expectInvalid(token());
    });

    it('and keys named by the token are not fetched', async () => {
      const asked: string[] = [];
      const server = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.end(JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }));
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
      try {
        await expectInvalid(
          byRsa({ alg: 'RS256', jku: `${url}/jku`, x5u: `${url}/x5u`, kid: url }),
        );
        await expectInvalid(bySecret({ alg: 'HS256', jku: `${url}/jku` }, 'another secret'));
        expect(asked).toEqual([]);
      } finally {
        server.close();
      }
    });

    it('although the keys of these forgeries verify what they signed', () => {
      const [head, claims, signature] = byRsa({ alg: 'RS256' }).split('.');
      const verify = createVerify('sha256').update(`${head!}.${claims!}`);
      expect(verify.verify(createPublicKey(publicPem), signature!, 'base64url')).toBe(true);
    });

    it.each(['exp', 'iat', 'sub', 'iss', 'aud', 'ver'])('without %s', async (claim) => {
      await expectInvalid(forge(without(sound, claim)));
    });

    const now = Math.floor(Date.now() / 1_000);
    it.each<[string, Claims]>([
      ['that never expires', { exp: 1e20 }],
      ['that expires at a fraction', { exp: now + HOUR_SECONDS + 0.5 }],
      ['whose exp is text', { exp: String(now + HOUR_SECONDS) }],
      ['whose exp is null', { exp: null }],
      ['whose exp is a list', { exp: [now + HOUR_SECONDS] }],
      ['that is not valid yet', { nbf: now + HOUR_SECONDS }],
      ['whose nbf is text', { nbf: String(now - HOUR_SECONDS) }],
      ['whose iat is text', { iat: String(now) }],
      ['of another issuer', { iss: 'another-api' }],
      ['for another audience', { aud: 'another-api' }],
      ['for other audiences', { aud: ['another-api', 'a-third-api'] }],
      ['of a future version', { ver: 1 }],
      ['of an earlier version', { ver: -1 }],
      ['whose version is text', { ver: '0' }],
      ['whose version is null', { ver: null }],
      ['whose version is false', { ver: false }],
      ['of an unknown account', { sub: '2147483647' }],
      ['of an impossible account', { sub: '9999999999' }],
      ['of account 0', { sub: '0' }],
      ['with an empty account', { sub: '' }],
      ['of SQL', { sub: '1 OR 1=1' }],
    ])('with one wrong claim: %s', async (_what, fault) => {
      await expectInvalid(forge({ ...sound, ...fault }));
    });

    it('with a wrong claim, although it has expired: only a good one is told that it is over', async () => {
      for (const fault of [{ aud: 'another-api' }, { ver: '0' }, { sub: '0' }]) {
        await expectInvalid(forge({ ...sound, exp: now - 1, ...fault }));
      }
      await expectInvalid(forge({ ...sound, exp: now - 1 }, { secret: `${TEST_SECRET}!` }));
    });

    it.each<[string, Claims]>([
      ['text', { auth_time: String(now) }],
      ['a fraction', { auth_time: now + 0.5 }],
      ['a list', { auth_time: [now] }],
    ])('whose auth_time is %s', async (_what, fault) => {
      await expectInvalid(forge({ ...sound, ...fault }));
    });

    it('whose sub names the account, but is not written as it is issued', async () => {
      const { id } = person;
      const subs: unknown[] = [
        id,
        [id],
        [String(id)],
        { id },
        { toString: String(id) },
        null,
        true,
      ];
      const texts = [` ${String(id)}`, `${String(id)} `, `0${String(id)}`, `${String(id)}.0`];
      for (const sub of [...subs, ...texts, `+${String(id)}`, `${String(id)}\0`]) {
        await expectInvalid(forge({ ...sound, sub }));
      }
    });

    it('whose parts are not JSON objects', async () => {
      for (const claims of ['', 'null', '[]', '"text"', '7', '{', '{}', JSON.stringify([sound])]) {
        await expectInvalid(forge(claims));
      }
      for (const header of ['', 'null', '[]', '"HS256"', '{', '{}']) {
        await expectInvalid(forge(sound, { header }));
      }
    });

    it('that is incomplete, wrapped otherwise or too long', async () => {
      const [head, claims, signature] = person.token.split('.') as [string, string, string];
      const padding = { pad: 'x'.repeat(2_048) };
      for (const token of [
        'nonsense',
        '.',
        '..',
        `${head}.${claims}`,
        `${head}.${claims}.`,
        `.${claims}.${signature}`,
        `${head}..${signature}`,
        `${person.token}.`,
        `${person.token}.${signature}`,
        `${head}.${claims}.${signature}=`,
        `"${person.token}"`,
        encodeURIComponent(JSON.stringify({ protected: head, payload: claims, signature })),
        `${head}.${claims}.${'A'.repeat(43)}`,
        forge({ ...sound, ...padding }),
        'x'.repeat(12_000),
      ]) {
        await expectInvalid(token);
      }
    });

    it('if any one of its characters changes, or any of its end is missing', async () => {
      const { token } = person;
      const mangled = Array.from(token, (character, index) => [
        token.slice(0, index) + (character === 'A' ? 'B' : 'A') + token.slice(index + 1),
        token.slice(0, index),
      ]).flat();
      const codes = await Promise.all(
        mangled.map(async (one) => {
          try {
            await api.container.services.auth.authenticate(one);
            return `valid: ${one}`;
          } catch (error) {
            return (error as { code: string }).code;
          }
        }),
      );
      expect(new Set(codes)).toEqual(new Set(['INVALID_TOKEN']));
    });
  });

  it('that is good but over is answered with TOKEN_EXPIRED: the client refreshes it', async () => {
    const now = Math.floor(Date.now() / 1_000);

    const { status, body, headers } = await bear(forge({ ...sound, exp: now - 1 }));

    expect([status, body.code]).toEqual([401, 'TOKEN_EXPIRED']);
    expect(headers['www-authenticate']).toContain('Bearer error="invalid_token"');
  });

  it('is read only from one Authorization header', async () => {
    const { token } = person;
    const elsewhere: Record<string, string>[] = [
      { Cookie: `token=${token}; jwt=${token}; Authorization=Bearer ${token}` },
      { 'X-Access-Token': token, 'X-Authorization': `Bearer ${token}` },
      { 'Proxy-Authorization': `Bearer ${token}` },
    ];
    for (const headers of elsewhere) {
      expect((await ask(headers)).body.code).toBe('UNAUTHENTICATED');
    }
    const asQuery = await api.get(PATH, undefined, { token, access_token: token });
    expect(asQuery.body.code).toBe('UNAUTHENTICATED');
    const { body } = await api.post('/api/tickets/book', undefined, { event_id: 1, token });
    expect(body.code).toBe('UNAUTHENTICATED');
  });

  it('overrides a cookie that says otherwise', async () => {
    const other = await makePerson(api.container);

    const { body } = await ask({
      Authorization: `Bearer ${person.token}`,
      Cookie: `token=${other.token}`,
    });

    expect(body.data.id).toBe(person.id);
    const bad = await ask({ Authorization: 'Bearer nonsense', Cookie: `token=${person.token}` });
    expect(bad.body.code).toBe('INVALID_TOKEN');
  });

  it('is requested with the same answer whenever none is sent', async () => {
    const { token } = person;
    for (const value of [
      '',
      'Bearer',
      'Bearer ',
      token,
      `Basic ${token}`,
      `Token ${token}`,
      `Bearer: ${token}`,
      `Bearer\t${token}`,
      `Bearer ${token} ${token}`,
      `Bearer ${token}, Bearer ${token}`,
    ]) {
      const { body, headers } = await ask({ Authorization: value });
      expect([value, body]).toEqual([
        value,
        {
          statusCode: 401,
          code: 'UNAUTHENTICATED',
          message: 'Send a token: Authorization: Bearer <token>',
          requestId: expect.any(String),
        },
      ]);
      expect(headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('is valid with any spelling of Bearer', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect((await ask({ Authorization: `${scheme}  ${person.token} ` })).status).toBe(200);
    }
  });

  it('is invalid next to another one, whichever comes first', async () => {
    const good = `Bearer ${person.token}`;
    for (const [first, second] of [
      [good, 'Bearer nonsense'],
      ['Bearer nonsense', good],
      [good, good],
      [good, 'Basic YTpi'],
    ] as const) {
      const raw = ['Host', 'localhost', 'Authorization', first, 'authorization', second];
      expect(await statusOfRaw(`${api.url}${PATH}`, raw)).toBe(401);
    }
    const single = ['Host', 'localhost', 'authorization', good];
    expect(await statusOfRaw(`${api.url}${PATH}`, single)).toBe(200);
  });
});

/** Sends headers exactly as listed, duplicates included. */
function statusOfRaw(url: string, headers: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers: [...headers] }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
