import { createContainer } from '../../src/container';
import { newRefreshToken } from '../../src/auth/refresh-token';
import { removeExpiredSessions } from '../../src/services/sessions.service';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

const DAY_MS = 86_400_000;

interface Pair {
  readonly token: string;
  readonly refresh_token: string;
}

describe('POST /api/auth/refresh', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  const refresh = (refresh_token: string): Promise<ApiAnswer> =>
    api.post('/api/auth/refresh', undefined, { refresh_token });
  const isGood = async (token: string): Promise<boolean> =>
    (await api.get('/api/users/me', token)).status === 200;

  async function logIn({ email }: Person, password = PASSWORD): Promise<Pair> {
    const { body } = await api.post('/api/auth/login', undefined, { email, password });
    return body.data as Pair;
  }

  /** Lets time pass for all sessions of a person: by the database's clock, as the server reads it. */
  async function age({ id }: Person, ms: number): Promise<void> {
    const { Session } = api.container.database.models;
    for (const session of await Session.findAll({ where: { user_id: id } })) {
      const { id, expires_at, used_at } = session.get();
      await Session.update(
        {
          expires_at: new Date(expires_at.getTime() - ms),
          used_at: used_at && new Date(used_at.getTime() - ms),
        },
        { where: { id } },
      );
    }
  }

  it('answers a new pair for each refresh token, again and again', async () => {
    const person = await makePerson(api.container);
    const first = await logIn(person);

    let pair = first;
    const seen = new Set([first.refresh_token]);
    for (let times = 0; times < 3; times += 1) {
      const { status, body } = await refresh(pair.refresh_token);
      expect(status).toBe(200);
      expect(body.data).toEqual({
        token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3_600,
        refresh_token: expect.stringMatching(/^rt_[\w-]{65}$/),
        refresh_expires_in: 2_592_000,
      });
      pair = body.data as Pair;
      seen.add(pair.refresh_token);
      expect(await isGood(pair.token)).toBe(true);
    }
    expect(seen.size).toBe(4);
  });

  it('stores neither the tokens nor what they are made of alone', async () => {
    const person = await makePerson(api.container);
    const first = await logIn(person);
    const { body } = await refresh(first.refresh_token);

    const { Session } = api.container.database.models;
    const rows = JSON.stringify(await Session.findAll({ where: { user_id: person.id } }));
    for (const token of [first.refresh_token, body.data.refresh_token as string]) {
      expect(rows).not.toContain(token.slice(-43));
    }
  });

  it('answers the same pair to a token that was used just now, in every process', async () => {
    const elsewhere = await TestApi.start();
    try {
      const { refresh_token } = await logIn(await makePerson(api.container));

      const first = await refresh(refresh_token);
      const again = await refresh(refresh_token);
      const there = await elsewhere.post('/api/auth/refresh', undefined, { refresh_token });

      expect(again.body.data).toEqual(first.body.data);
      expect(there.body.data).toEqual(first.body.data);
      expect((await refresh(first.body.data.refresh_token as string)).status).toBe(200);
    } finally {
      await elsewhere.close();
    }
  });

  it('answers ten at the same moment with one and the same pair', async () => {
    const person = await makePerson(api.container);
    const { refresh_token } = await logIn(person);

    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refresh_token)));

    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const pairs = answers.map(({ body }) => JSON.stringify(body.data));
    expect(new Set(pairs).size).toBe(1);
  });

  it('ends the session when a used token comes back after ten seconds', async () => {
    const person = await makePerson(api.container);
    const { refresh_token } = await logIn(person);
    const { refresh_token: second } = (await refresh(refresh_token)).body.data as Pair;

    await age(person, 9_000);
    expect((await refresh(refresh_token)).body.data.refresh_token).toBe(second);
    await age(person, 2_000);
    expect(await refresh(refresh_token)).toMatchObject(refusal('INVALID_TOKEN'));

    expect(await refresh(second)).toMatchObject(refusal('INVALID_TOKEN'));
  });

  it('ends the session when a token comes back whose successor was used too', async () => {
    const person = await makePerson(api.container);
    const other = await logIn(person);
    const { refresh_token } = await logIn(person);
    const { refresh_token: second } = (await refresh(refresh_token)).body.data as Pair;
    const { refresh_token: third } = (await refresh(second)).body.data as Pair;

    expect(await refresh(refresh_token)).toMatchObject(refusal('INVALID_TOKEN'));

    expect(await refresh(third)).toMatchObject(refusal('INVALID_TOKEN'));
    // Of another device: its session goes on.
    expect((await refresh(other.refresh_token)).status).toBe(200);
  });

  it('refuses anything that was never a refresh token', async () => {
    const { token, refresh_token } = await logIn(await makePerson(api.container));
    for (const never of [token, 'rt_', newRefreshToken().text, `${refresh_token}x`]) {
      expect(await refresh(never)).toMatchObject(refusal('INVALID_TOKEN'));
    }
    expect(await api.post('/api/auth/refresh', undefined, {})).toMatchObject(
      refusal('VALIDATION_FAILED', 'refresh_token'),
    );
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  it('lasts as long as it is used, and ends when it is not', async () => {
    const person = await makePerson(api.container);
    let { refresh_token } = await logIn(person);
    for (let times = 0; times < 2; times += 1) {
      await age(person, 29 * DAY_MS);
      const { status, body } = await refresh(refresh_token);
      expect(status).toBe(200);
      refresh_token = (body.data as Pair).refresh_token;
    }

    await age(person, 30 * DAY_MS);

    expect(await refresh(refresh_token)).toMatchObject(refusal('INVALID_TOKEN'));
  });

  const ends: readonly (readonly [
    string,
    (person: Person, admin: Person, pair: Pair) => Promise<ApiAnswer>,
  ])[] = [
    ['logging out everywhere', (_person, _admin, { token }) => api.post('/api/auth/logout', token)],
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
    [
      'the deletion of the account',
      ({ id, token }) => api.delete(`/api/users/${String(id)}`, token),
    ],
  ];

  it.each(ends)('is over after %s, in every process at once', async (_how, end) => {
    const [person, admin] = [
      await makePerson(api.container),
      await makePerson(api.container, 'admin'),
    ];
    const pair = await logIn(person);
    const elsewhere = createContainer(api.container.config);
    try {
      expect((await end(person, admin, pair)).status).toBe(200);

      const there = elsewhere.services.sessions.refresh(pair.refresh_token);
      await expect(there).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
      expect(await refresh(pair.refresh_token)).toMatchObject(refusal('INVALID_TOKEN'));
    } finally {
      await elsewhere.close();
    }
  });

  describe('after a log-out of one device', () => {
    it('its session is over, and those of other devices and people go on', async () => {
      const [person, stranger] = [await makePerson(api.container), await makePerson(api.container)];
      const [phone, desk] = [await logIn(person), await logIn(person)];

      const body = { refresh_token: phone.refresh_token };
      // Not theirs: it is as if there were no such session.
      expect((await api.post('/api/auth/logout', stranger.token, body)).status).toBe(200);
      const { refresh_token } = (await refresh(phone.refresh_token)).body.data as Pair;
      expect((await api.post('/api/auth/logout', phone.token, { refresh_token })).status).toBe(200);

      expect(await refresh(refresh_token)).toMatchObject(refusal('INVALID_TOKEN'));
      expect(await isGood(desk.token)).toBe(true);
      expect((await refresh(desk.refresh_token)).status).toBe(200);
    });
  });

  it('removes expired sessions, batch by batch, and no others', async () => {
    const person = await makePerson(api.container);
    const [kept, { refresh_token }] = [await logIn(person), await logIn(person)];
    const { database } = api.container;
    const { Session } = database.models;
    while (await removeExpiredSessions(database)) continue;
    const [row] = await Session.findAll({ where: { user_id: person.id }, order: ['id'] });
    const { user_id, token_version, token_hash, auth_time, createdAt } = row!.get();
    const old = { user_id, token_version, token_hash, auth_time, createdAt };
    const expires_at = new Date(Date.now() - 1_000);
    await Session.bulkCreate(
      Array.from({ length: 600 }, () => ({
        ...old,
        used_hash: null,
        successor_salt: null,
        used_at: null,
        expires_at,
        family: newRefreshToken().family,
      })),
    );

    const left: number[] = [];
    for (let mayBeMore = true; mayBeMore;) {
      mayBeMore = await removeExpiredSessions(database);
      left.push(await Session.count({ where: { user_id: person.id } }));
    }

    expect(left).toEqual([102, 2]);
    for (const token of [kept.refresh_token, refresh_token]) {
      expect((await refresh(token)).status).toBe(200);
    }
  });
});
