import { setImmediate as nextTurn } from 'node:timers/promises';
import { createContainer } from '../../src/container';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { forge, soundClaims, type Claims } from '../support/http/forged-token';
import { TEST_SECRET } from '../support/setup/test-config';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

const PATH = '/api/users/me';
/** How long another process may still accept a token that has ended. */
const ELSEWHERE_MS = 1_000;

describe('POST /api/auth/logout', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  it('ends every token of the account at once, and no others', async () => {
    const [person, other] = [await makePerson(api.container), await makePerson(api.container)];
    const body = { email: person.email, password: PASSWORD };
    const { token: second } = (await api.call('post', '/api/auth/login', { body })).body.data;

    const { status, body: answer } = await api.post('/api/auth/logout', person.token);

    expect(status).toBe(200);
    expect(answer.data).toBeNull();
    for (const token of [person.token, second]) {
      expect((await api.get('/api/users/me', token)).body.code).toBe('INVALID_TOKEN');
    }
    expect((await api.get('/api/users/me', other.token)).status).toBe(200);
    const again = await api.call('post', '/api/auth/login', { body });
    expect((await api.get('/api/users/me', again.body.data.token)).status).toBe(200);
  });

  it('requires a token', async () => {
    expect((await api.post('/api/auth/logout', undefined)).body.code).toBe('UNAUTHENTICATED');
  });
});

describe('the tokens of an account', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  const ends: readonly (readonly [
    string,
    (person: Person, admin: Person) => Promise<ApiAnswer>,
  ])[] = [
    ['logging out', ({ token }) => api.post('/api/auth/logout', token)],
    [
      'a new password',
      ({ id, token }) =>
        api.patch(`/api/users/${String(id)}`, token, {
          password: 'another good password',
          current_password: PASSWORD,
        }),
    ],
    [
      'another role',
      ({ id }, { token }) =>
        api.patch(`/api/users/${String(id)}/role`, token, { role: 'organizer' }),
    ],
    ['its deletion', ({ id, token }) => api.delete(`/api/users/${String(id)}`, token)],
  ];

  it.each(ends)(
    '%s ends them at once, and within a second in another process',
    async (_how, end) => {
      const [person, admin] = [
        await makePerson(api.container),
        await makePerson(api.container, 'admin'),
      ];
      const elsewhere = createContainer(api.container.config);
      try {
        await elsewhere.services.auth.authenticate(person.token);
        expect((await end(person, admin)).status).toBe(200);
        const endedAt = performance.now();

        expect((await api.get(PATH, person.token)).body.code).toBe('INVALID_TOKEN');
        for (;;) {
          const askedAt = performance.now();
          const isHonoured = await elsewhere.services.auth.authenticate(person.token).then(
            () => true,
            () => false,
          );
          if (!isHonoured) break;
          expect(askedAt - endedAt).toBeLessThan(ELSEWHERE_MS);
          await nextTurn();
        }
      } finally {
        await elsewhere.close();
      }
    },
  );

  it('a new e-mail does not end them, nor does a refused change', async () => {
    const person = await makePerson(api.container);
    const path = `/api/users/${String(person.id)}`;

    await api.patch(path, person.token, { email: `new-${person.email}` });
    await api.patch(path, person.token, { password: PASSWORD, current_password: 'not it' });

    expect((await api.get(PATH, person.token)).status).toBe(200);
  });
});

describe('rotating the secret', () => {
  it('keeps tokens of the previous secret valid, and signs with the new one', async () => {
    const previous = 'the secret that was in use before, 48 bytes long.';
    const api = await TestApi.start({ auth: { secret: previous } });
    const person = await makePerson(api.container);
    const rotated = await TestApi.start({ auth: { previousSecrets: [previous] } });
    try {
      const body = { email: person.email, password: PASSWORD };
      const { token } = (await rotated.call('post', '/api/auth/login', { body })).body.data;

      expect((await rotated.get('/api/users/me', person.token)).status).toBe(200);
      expect((await rotated.get('/api/users/me', token)).status).toBe(200);
      expect((await api.get('/api/users/me', token)).body.code).toBe('INVALID_TOKEN');
    } finally {
      await Promise.all([api.close(), rotated.close()]);
    }
  });

  it('lets every previous secret verify until it is removed, and only the current one sign', async () => {
    const [oldest, older] = ['o'.repeat(48), 'p'.repeat(48)];
    const api = await TestApi.start({ auth: { previousSecrets: [older, oldest] } });
    try {
      const person = await makePerson(api.container);
      const by = async (secret: string): Promise<number> => {
        const token = forge(soundClaims(person.id), { secret });
        return (await api.get(PATH, token)).status;
      };

      expect([await by(TEST_SECRET), await by(older), await by(oldest)]).toEqual([200, 200, 200]);
      expect(await by('q'.repeat(48))).toBe(401);
      const login = { email: person.email, password: PASSWORD };
      const { token } = (await api.post('/api/auth/login', undefined, login)).body.data;
      const [head, claims] = (token as string).split('.') as [string, string];
      const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims;
      expect(forge(said, { header: Buffer.from(head, 'base64url').toString() })).toBe(token);
    } finally {
      await api.close();
    }
  });
});
