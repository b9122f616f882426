import { randomUUID } from 'node:crypto';
import bcrypt from 'bcrypt';
import { createContainer } from '../../src/container';
import { makePerson, PASSWORD } from '../factories/people';
import { TestApi } from '../support/test-api';
import { until } from '../support/until';

describe('POST /api/auth/logout', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  it('ends every token of the account at once, and no one else’s', async () => {
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

  it('needs a token', async () => {
    expect((await api.post('/api/auth/logout', undefined)).body.code).toBe('UNAUTHENTICATED');
  });

  it('is known to another process within a second', async () => {
    const person = await makePerson(api.container);
    const elsewhere = createContainer(api.container.config);
    try {
      await elsewhere.services.auth.authenticate(person.token);
      await api.post('/api/auth/logout', person.token);
      const loggedOutAt = performance.now();
      await until(async () => {
        try {
          await elsewhere.services.auth.authenticate(person.token);
          return false;
        } catch {
          return true;
        }
      });
      expect(performance.now() - loggedOutAt).toBeLessThan(1_500);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('rotating the secret', () => {
  it('leaves tokens of the one before good, and signs with the new one', async () => {
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
});

describe('passwords', () => {
  it('that guessers try first are refused where the list is on', async () => {
    const api = await TestApi.start({ auth: { refuseCommonPasswords: true } });
    try {
      const person = await makePerson(api.container);
      const email = `${randomUUID()}@example.com`;
      const signup = await api.call('post', '/api/auth/signup', {
        body: { email, password: 'Password1' },
      });
      const change = await api.patch(`/api/users/${String(person.id)}`, person.token, {
        password: 'football1',
        current_password: PASSWORD,
      });

      expect(signup.status).toBe(400);
      expect(signup.body.details[0].field).toBe('password');
      expect(change.status).toBe(400);
      const good = await api.call('post', '/api/auth/signup', {
        body: { email, password: PASSWORD },
      });
      expect(good.status).toBe(201);
    } finally {
      await api.close();
    }
  });

  it('are hashed anew at login once the cost was raised, and the login’s tokens stay good', async () => {
    const api = await TestApi.start({ auth: { bcryptRounds: 5 } });
    try {
      const person = await makePerson(api.container);
      const body = { email: person.email, password: PASSWORD };

      const login = await api.call('post', '/api/auth/login', { body });

      const row = await api.container.database.models.User.findByPk(person.id);
      expect(bcrypt.getRounds(row!.get().password!)).toBe(5);
      expect((await api.get('/api/users/me', login.body.data.token)).status).toBe(200);
      expect((await api.get('/api/users/me', person.token)).status).toBe(200);
      expect((await api.call('post', '/api/auth/login', { body })).status).toBe(200);
    } finally {
      await api.close();
    }
  });
});
