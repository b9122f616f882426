import { randomUUID } from 'node:crypto';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { forge, soundClaims } from '../support/http/forged-token';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

const MINUTE_SECONDS = 60;

/** What needs the password again, unless the person has just proved who they are. */
const SENSITIVE: readonly (readonly [
  string,
  (api: TestApi, person: Person, token: string, body: object) => Promise<ApiAnswer>,
])[] = [
  [
    'a new e-mail',
    (api, { id }, token, body) =>
      api.patch(`/api/users/${String(id)}`, token, {
        email: `${randomUUID()}@example.com`,
        ...body,
      }),
  ],
  [
    'deleting the account',
    (api, { id }, token, body) => api.call('delete', `/api/users/${String(id)}`, { token, body }),
  ],
];

describe.each(SENSITIVE)('%s', (_what, ask) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  function tokenOf({ id }: Person, minutesSinceLogin: number): string {
    const now = Math.floor(Date.now() / 1_000);
    return forge({ ...soundClaims(id), auth_time: now - minutesSinceLogin * MINUTE_SECONDS });
  }

  it('needs the current password five minutes after the login', async () => {
    const person = await makePerson(api.container);
    const late = tokenOf(person, 5);

    expect(await ask(api, person, late, {})).toMatchObject(
      refusal('VALIDATION_FAILED', 'current_password'),
    );
    expect(await ask(api, person, late, { current_password: 'not it' })).toMatchObject(
      refusal('INVALID_CREDENTIALS'),
    );
    expect((await ask(api, person, late, { current_password: PASSWORD })).status).toBe(200);
  });

  it('needs no password right after the login', async () => {
    const person = await makePerson(api.container);

    expect((await ask(api, person, tokenOf(person, 4.9), {})).status).toBe(200);
  });

  it('needs it with a token that does not say when the login was', async () => {
    const person = await makePerson(api.container);

    expect(await ask(api, person, forge(soundClaims(person.id)), {})).toMatchObject(
      refusal('VALIDATION_FAILED', 'current_password'),
    );
  });

  it('needs it after a refresh too: the login stays as old as it is', async () => {
    const person = await makePerson(api.container);
    const login = { email: person.email, password: PASSWORD };
    const { refresh_token } = (await api.post('/api/auth/login', undefined, login)).body.data;
    const { Session } = api.container.database.models;
    const auth_time = new Date(Date.now() - 6 * MINUTE_SECONDS * 1_000);
    await Session.update({ auth_time }, { where: { user_id: person.id } });

    const { token } = (await api.post('/api/auth/refresh', undefined, { refresh_token })).body.data;

    expect(await ask(api, person, token as string, {})).toMatchObject(
      refusal('VALIDATION_FAILED', 'current_password'),
    );
  });

  it('needs none from an admin, whose own password this is not', async () => {
    const [person, admin] = [
      await makePerson(api.container),
      await makePerson(api.container, 'admin'),
    ];

    expect((await ask(api, person, tokenOf(admin, 60), {})).status).toBe(200);
  });
});
