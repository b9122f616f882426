import { randomUUID } from 'node:crypto';
import bcrypt from 'bcrypt';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { until } from '../support/setup/until';

describe('passwords', () => {
  it('of 72 bytes are accepted whole and of 73 refused, in every script, new or changed', async () => {
    const api = await TestApi.start();
    try {
      const person = await makePerson(api.container);
      const path = `/api/users/${String(person.id)}`;
      const admin = await makePerson(api.container, 'admin');
      const set = (password: string): Promise<ApiAnswer> =>
        api.patch(path, admin.token, { password });

      for (const password of ['x'.repeat(64), 'x'.repeat(72), 'é'.repeat(36), '😀'.repeat(18)]) {
        expect((await set(password)).status).toBe(200);
        const login = { email: person.email, password };
        expect((await api.post('/api/auth/login', undefined, login)).status).toBe(200);
        const cut = { email: person.email, password: password.slice(0, -2) };
        expect((await api.post('/api/auth/login', undefined, cut)).status).toBe(401);
      }
      for (const password of [
        'x'.repeat(73),
        `${'é'.repeat(36)}x`,
        '😀'.repeat(19),
        'x\0'.repeat(8),
      ]) {
        expect(await set(password)).toMatchObject(refusal('VALIDATION_FAILED', 'password'));
        const signup = { email: `${randomUUID()}@example.com`, password };
        expect(await api.post('/api/auth/signup', undefined, signup)).toMatchObject(
          refusal('VALIDATION_FAILED', 'password'),
        );
      }
    } finally {
      await api.close();
    }
  });

  it('are stored as bcrypt hashes of the configured cost, each with its own salt', async () => {
    const api = await TestApi.start({ auth: { bcryptRounds: 5 } });
    try {
      const emails = [`${randomUUID()}@example.com`, `${randomUUID()}@example.com`];
      for (const email of emails) {
        await api.post('/api/auth/signup', undefined, { email, password: PASSWORD });
      }
      const { User } = api.container.database.models;
      const rows = await User.findAll({ where: { email: emails } });
      const hashes = rows.map((row) => row.get().password ?? '');
      expect(hashes.map((hash) => hash.slice(0, 7))).toEqual(['$2b$05$', '$2b$05$']);
      expect(new Set(hashes).size).toBe(2);
    } finally {
      await api.close();
    }
  });

  it('that are common are refused if the denylist is on', async () => {
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

  it("from the operator's list are refused, even with digits and punctuation around them", async () => {
    const api = await TestApi.start({ auth: { refusedWords: ['Stadthalle', 'correct horse 9'] } });
    try {
      const signUp = (password: string): Promise<ApiAnswer> =>
        api.post('/api/auth/signup', undefined, { email: `${randomUUID()}@example.com`, password });
      const person = await makePerson(api.container);

      for (const password of ['stadthalle', 'STADTHALLE', '2026-Stadthalle!!', 'Correct Horse 9']) {
        expect(await signUp(password)).toMatchObject(refusal('VALIDATION_FAILED', 'password'));
        const change = { password, current_password: PASSWORD };
        expect(
          await api.patch(`/api/users/${String(person.id)}`, person.token, change),
        ).toMatchObject(refusal('VALIDATION_FAILED', 'password'));
      }
      for (const password of ['stadthallen', 'in the Stadthalle', 'correct horse', '20262026!!']) {
        expect((await signUp(password)).status).toBe(201);
      }
    } finally {
      await api.close();
    }
  });

  it('are rehashed at login after the cost was raised, and tokens stay valid', async () => {
    const api = await TestApi.start({ auth: { bcryptRounds: 5 } });
    try {
      const person = await makePerson(api.container);
      const body = { email: person.email, password: PASSWORD };

      const login = await api.call('post', '/api/auth/login', { body });

      await until(async () => (await roundsOf(api, person)) === 5);
      expect((await api.get('/api/users/me', login.body.data.token)).status).toBe(200);
      expect((await api.get('/api/users/me', person.token)).status).toBe(200);
      expect((await api.call('post', '/api/auth/login', { body })).status).toBe(200);
    } finally {
      await api.close();
    }
  });

  it('let their owner in before the better hash is saved, and when it can’t be saved', async () => {
    const api = await TestApi.start({ auth: { bcryptRounds: 5 } });
    try {
      const person = await makePerson(api.container);
      const body = { email: person.email, password: PASSWORD };
      let fail: (error: Error) => void = () => undefined;
      const saving = new Promise<never>((_resolve, reject) => {
        fail = reject;
      });
      const { unitOfWork } = api.container;
      const beginSession = unitOfWork.run.bind(unitOfWork);
      const save = jest
        .spyOn(unitOfWork, 'run')
        .mockImplementationOnce(beginSession)
        .mockReturnValueOnce(saving);
      const warn = jest.spyOn(api.container.logger, 'warn').mockReturnThis();

      const before = await api.call('post', '/api/auth/login', { body });
      await until(() => save.mock.calls.length === 2);
      const error = new Error('The disk is full');
      fail(error);
      await until(() => warn.mock.calls.length === 1);
      const after = await api.call('post', '/api/auth/login', { body });

      expect([before.status, after.status]).toEqual([200, 200]);
      expect(warn.mock.calls).toEqual([
        ['The better hash of a password could not be saved', { userId: person.id, error }],
      ]);
      await until(async () => (await roundsOf(api, person)) === 5);
    } finally {
      jest.restoreAllMocks();
      await api.close();
    }
  });
});

/** Cost of the hash that the account has now. */
async function roundsOf({ container }: TestApi, { id }: Person): Promise<number> {
  const row = await container.database.models.User.findByPk(id);
  return bcrypt.getRounds(row!.get().password!);
}
