import { randomUUID } from 'node:crypto';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

const newEmail = (): string => `${randomUUID()}@example.com`;

describe('accounts', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  const signUp = (body: object): Promise<ApiAnswer> =>
    api.post('/api/auth/signup', undefined, body);
  const logIn = (email: string, password: string): Promise<ApiAnswer> =>
    api.post('/api/auth/login', undefined, { email, password });
  const pathOf = ({ id }: Pick<Person, 'id'>): string => `/api/users/${String(id)}`;

  describe('signing up', () => {
    it('creates an account of role user and returns nothing about the password', async () => {
      const email = newEmail();

      const { status, body } = await signUp({ email, password: PASSWORD });

      expect(status).toBe(201);
      expect(body).toEqual({
        statusCode: 201,
        message: expect.any(String),
        data: {
          id: expect.any(Number),
          email,
          role: 'user',
          createdAt: expect.stringMatching(/Z$/),
          updatedAt: expect.stringMatching(/Z$/),
        },
      });
    });

    it('trims and lower-cases the e-mail, so that one person has one account', async () => {
      const email = newEmail();
      const shouted = ` ${email.toUpperCase()}\t`;

      const { body } = await signUp({ email: shouted, password: PASSWORD });

      expect(body.data.email).toBe(email);
      expect(await signUp({ email, password: PASSWORD })).toMatchObject(
        refusal('EMAIL_TAKEN', 'email'),
      );
      expect((await logIn(shouted, PASSWORD)).status).toBe(200);
    });

    it('answers two simultaneous sign-ups with one e-mail with one 201 and one 409', async () => {
      const body = { email: newEmail(), password: PASSWORD };

      const answers = await Promise.all([signUp(body), signUp(body)]);

      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(answers.find(({ status }) => status === 409)).toMatchObject(refusal('EMAIL_TAKEN'));
    });

    it.each([
      ['is missing', undefined],
      ['is not text', 7],
      ['has no @', 'ada.example.com'],
      // 64 + 1 + 190: each part is within its own limit, but the whole is not.
      [
        'has 255 characters',
        `${'a'.repeat(64)}@${'b'.repeat(62)}.${'c'.repeat(62)}.${'d'.repeat(60)}.com`,
      ],
    ])('refuses an e-mail that %s', async (_what, email) => {
      expect(await signUp({ email, password: PASSWORD })).toMatchObject(
        refusal('VALIDATION_FAILED', 'email'),
      );
    });

    it('accepts an e-mail of 254 characters, however long each part is', async () => {
      const domain = '@example.com';
      const email = `${newEmail().slice(0, 36)}${'a'.repeat(254 - 36 - domain.length)}${domain}`;

      expect(email).toHaveLength(254);
      expect((await signUp({ email, password: PASSWORD })).status).toBe(201);
      expect((await logIn(email, PASSWORD)).status).toBe(200);
    });

    it('accepts passwords from 8 characters to 72 bytes and truncates none', async () => {
      // Two bytes a character, so 36 of them are the 72 bytes that bcrypt reads.
      const longest = 'é'.repeat(36);
      const email = newEmail();

      expect((await signUp({ email, password: longest })).status).toBe(201);
      expect((await logIn(email, longest)).status).toBe(200);
      expect(await logIn(email, `${longest}!`)).toMatchObject(refusal('INVALID_CREDENTIALS'));
      expect((await signUp({ email: newEmail(), password: '8 chars.' })).status).toBe(201);
      for (const password of [
        '7 chars',
        `${longest}!`,
        'é'.repeat(37),
        'with a \0 in it',
        12345678,
      ]) {
        expect(await signUp({ email: newEmail(), password })).toMatchObject(
          refusal('VALIDATION_FAILED', 'password'),
        );
      }
    });
  });

  describe('logging in', () => {
    it('returns a token that lasts for expires_in seconds', async () => {
      const person = await makePerson(api.container);

      const { status, body } = await logIn(person.email, PASSWORD);

      expect(status).toBe(200);
      expect(body.data).toMatchObject({
        token_type: 'Bearer',
        expires_in: 3_600,
        user: { id: person.id, email: person.email, role: 'user' },
      });
      const [, claims] = (body.data.token as string).split('.');
      const { iat, exp } = JSON.parse(Buffer.from(claims!, 'base64url').toString()) as {
        iat: number;
        exp: number;
      };
      expect(exp - iat).toBe(3_600);
      expect((await api.get('/api/users/me', body.data.token)).body.data.id).toBe(person.id);
    });

    it('gives an unknown e-mail and a wrong password the same answer', async () => {
      const { email } = await makePerson(api.container);

      const wrong = await logIn(email, 'not the password');
      const unknown = await logIn(newEmail(), PASSWORD);

      expect(wrong).toMatchObject(refusal('INVALID_CREDENTIALS'));
      expect({ ...unknown.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
    });

    it('requires both fields', async () => {
      expect(await api.post('/api/auth/login', undefined, { email: newEmail() })).toMatchObject(
        refusal('VALIDATION_FAILED', 'password'),
      );
      expect(await api.post('/api/auth/login', undefined, { password: PASSWORD })).toMatchObject(
        refusal('VALIDATION_FAILED', 'email'),
      );
    });
  });

  describe('reading', () => {
    it('shows you your own account under /me and by id, and admins any account', async () => {
      const person = await makePerson(api.container);
      const admin = await makePerson(api.container, 'admin');

      const { body: me } = await api.get('/api/users/me', person.token);

      expect(me.data).toMatchObject({ id: person.id, email: person.email, role: 'user' });
      expect((await api.get(pathOf(person), person.token)).body.data).toEqual(me.data);
      expect((await api.get(pathOf(person), admin.token)).body.data).toEqual(me.data);
    });

    it('lists accounts for admins only', async () => {
      const [person, admin] = [
        await makePerson(api.container),
        await makePerson(api.container, 'admin'),
      ];

      const { body } = await api.get('/api/users', admin.token, { limit: 100 });

      expect(body.data.length).toBeGreaterThanOrEqual(2);
      expect(await api.get('/api/users', person.token)).toMatchObject(refusal('FORBIDDEN'));
    });
  });

  describe.each(['put', 'patch'] as const)('changing by %s', (method) => {
    const change = (whom: Pick<Person, 'id'>, by: Person, body: object): Promise<ApiAnswer> =>
      api.call(method, pathOf(whom), { token: by.token, body });

    it('changes the e-mail, and frees the old one', async () => {
      const person = await makePerson(api.container);
      const email = newEmail();

      const { status, body } = await change(person, person, { email: email.toUpperCase() });

      expect(status).toBe(200);
      expect(body.data).toMatchObject({ id: person.id, email });
      expect((await logIn(email, PASSWORD)).status).toBe(200);
      expect((await signUp({ email: person.email, password: PASSWORD })).status).toBe(201);
    });

    it('refuses an e-mail that another account has', async () => {
      const [person, other] = [await makePerson(api.container), await makePerson(api.container)];

      expect(await change(person, person, { email: other.email })).toMatchObject(
        refusal('EMAIL_TAKEN', 'email'),
      );
    });

    it('changes your own password only with the current one, and ends all tokens', async () => {
      const person = await makePerson(api.container);
      const password = 'another good password';

      expect(await change(person, person, { password })).toMatchObject(
        refusal('VALIDATION_FAILED', 'current_password'),
      );
      expect(await change(person, person, { password, current_password: 'not it' })).toMatchObject(
        refusal('INVALID_CREDENTIALS'),
      );
      expect((await api.get('/api/users/me', person.token)).status).toBe(200);

      const changed = await change(person, person, { password, current_password: PASSWORD });

      expect(changed.status).toBe(200);
      expect(await api.get('/api/users/me', person.token)).toMatchObject(refusal('INVALID_TOKEN'));
      expect(await logIn(person.email, PASSWORD)).toMatchObject(refusal('INVALID_CREDENTIALS'));
      expect((await logIn(person.email, password)).status).toBe(200);
    });

    it("lets an admin set someone else's password without the current one, but not their own", async () => {
      const person = await makePerson(api.container);
      const admin = await makePerson(api.container, 'admin');
      const password = 'another good password';

      expect((await change(person, admin, { password })).status).toBe(200);
      expect((await logIn(person.email, password)).status).toBe(200);
      expect(await change(admin, admin, { password })).toMatchObject(
        refusal('VALIDATION_FAILED', 'current_password'),
      );
    });

    it('requires an e-mail or a password, no unknown fields, and an existing account', async () => {
      const person = await makePerson(api.container);
      const admin = await makePerson(api.container, 'admin');

      expect(await change(person, person, {})).toMatchObject(refusal('VALIDATION_FAILED'));
      expect(await change(person, person, { current_password: PASSWORD })).toMatchObject(
        refusal('VALIDATION_FAILED'),
      );
      expect(await change(person, person, { email: newEmail(), role: 'admin' })).toMatchObject(
        refusal('VALIDATION_FAILED', 'role'),
      );
      expect(await change({ id: 2_147_483_647 }, admin, { email: newEmail() })).toMatchObject(
        refusal('USER_NOT_FOUND'),
      );
    });
  });

  it("answers 403 for someone else's account, whether it exists or not", async () => {
    const [person, other] = [await makePerson(api.container), await makePerson(api.container)];
    for (const path of [pathOf(other), '/api/users/2147483647']) {
      const forbidden = refusal('FORBIDDEN');
      expect(await api.get(path, person.token)).toMatchObject(forbidden);
      expect(await api.patch(path, person.token, { email: newEmail() })).toMatchObject(forbidden);
      expect(await api.delete(path, person.token)).toMatchObject(forbidden);
      expect(await api.patch(`${path}/role`, person.token, { role: 'admin' })).toMatchObject(
        forbidden,
      );
    }
  });
});
