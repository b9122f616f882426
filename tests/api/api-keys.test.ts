import { createContainer } from '../../src/container';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { newApiKey } from '../../src/auth/api-key';
import { LIMITS } from '../../src/config/limits';
import { makePerson, type Person } from '../factories/people';
import { makeEvent } from '../factories/events';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { until } from '../support/setup/until';

const PATH = '/api/users/me/keys';
/** How long another process may still accept a key that has ended. */
const ELSEWHERE_MS = 1_000;

describe('API keys', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  async function make({ token }: Person, body: object = {}): Promise<{ id: number; key: string }> {
    const answer = await api.post(PATH, token, { name: 'Box office', ...body });
    expect(answer.status).toBe(201);
    return answer.body.data as { id: number; key: string };
  }
  const me = (key: string): Promise<ApiAnswer> => api.get('/api/users/me', key);
  const rowOf = async (id: number) =>
    (await api.container.database.models.ApiKey.findByPk(id))!.get();

  it('are shown once, and only their hash is stored', async () => {
    const organizer = await makePerson(api.container, 'organizer');

    const { status, body } = await api.post(PATH, organizer.token, { name: ' Box office ' });

    expect(status).toBe(201);
    expect(body.data).toEqual({
      id: expect.any(Number),
      name: 'Box office',
      key: expect.stringMatching(/^tk_[\w-]{43}[0-9a-f]{8}$/),
      prefix: (body.data.key as string).slice(0, 11),
      createdAt: expect.stringMatching(/Z$/),
      expires_at: null,
      last_used_at: null,
    });
    const { key, ...shown } = body.data as { id: number; key: string };
    expect((await api.get(PATH, organizer.token)).body.data).toEqual([shown]);
    expect(JSON.stringify(await rowOf(shown.id))).not.toContain(key.slice(11));
  });

  it('stand where a token stands, with the rights of their account', async () => {
    const organizer = await makePerson(api.container, 'organizer');
    const { key } = await make(organizer);
    const event = await makeEvent(api, { organizer });

    expect((await me(key)).body.data.id).toBe(organizer.id);
    const path = `/api/events/${String(event.id)}`;
    expect((await api.patch(path, key, { total_tickets: 20 })).status).toBe(200);
    const foreign = await makeEvent(api);
    expect(
      await api.patch(`/api/events/${String(foreign.id)}`, key, { total_tickets: 20 }),
    ).toMatchObject(refusal('FORBIDDEN'));
  });

  it('lose what their account loses, at once', async () => {
    const [organizer, admin] = [
      await makePerson(api.container, 'organizer'),
      await makePerson(api.container, 'admin'),
    ];
    const { key } = await make(organizer);
    const path = `/api/users/${String(organizer.id)}`;

    await api.patch(`${path}/role`, admin.token, { role: 'user' });
    expect((await me(key)).body.data.role).toBe('user');
    await api.delete(path, admin.token);

    expect(await me(key)).toMatchObject(refusal('INVALID_TOKEN'));
  });

  it('can neither change the account nor make or end keys, not even those of an admin', async () => {
    const admin = await makePerson(api.container, 'admin');
    const other = await makePerson(api.container);
    const { id, key } = await make(admin);
    const path = `/api/users/${String(other.id)}`;

    for (const answer of await Promise.all([
      api.patch(`/api/users/${String(admin.id)}`, key, { email: `new-${admin.email}` }),
      api.patch(path, key, { password: 'another good password' }),
      api.patch(`${path}/role`, key, { role: 'admin' }),
      api.delete(path, key),
      api.post('/api/auth/logout', key),
      api.post(PATH, key, { name: 'Another' }),
      api.delete(`${PATH}/${String(id)}`, key),
    ])) {
      expect(answer).toMatchObject(refusal('FORBIDDEN'));
    }
    expect((await api.get('/api/users', key)).status).toBe(200);
  });

  it('are made by organizers and admins, not by users', async () => {
    const person = await makePerson(api.container);

    expect(await api.post(PATH, person.token, { name: 'Mine' })).toMatchObject(
      refusal('FORBIDDEN'),
    );
  });

  it('end at once, and within a second in another process', async () => {
    const organizer = await makePerson(api.container, 'organizer');
    const [ended, kept] = [await make(organizer), await make(organizer)];
    const elsewhere = createContainer(api.container.config);
    try {
      await elsewhere.services.auth.authenticate(ended.key);
      const { status } = await api.delete(`${PATH}/${String(ended.id)}`, organizer.token);
      const endedAt = performance.now();

      expect(status).toBe(200);
      expect(await me(ended.key)).toMatchObject(refusal('INVALID_TOKEN'));
      expect((await me(kept.key)).status).toBe(200);
      for (;;) {
        const askedAt = performance.now();
        const isHonoured = await elsewhere.services.auth.authenticate(ended.key).then(
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
  });

  it('of another account do not exist for others', async () => {
    const [organizer, other] = [
      await makePerson(api.container, 'organizer'),
      await makePerson(api.container, 'organizer'),
    ];
    const { id, key } = await make(organizer);

    expect(await api.delete(`${PATH}/${String(id)}`, other.token)).toMatchObject(
      refusal('KEY_NOT_FOUND'),
    );
    expect((await api.get(PATH, other.token)).body.data).toEqual([]);
    expect((await me(key)).status).toBe(200);
  });

  it('end at their time, which must be in the future when they are made', async () => {
    const organizer = await makePerson(api.container, 'organizer');
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const { id, key } = await make(organizer, { expires_at: soon });
    expect((await me(key)).status).toBe(200);

    const { ApiKey } = api.container.database.models;
    await ApiKey.update({ expires_at: new Date(Date.now() - 1) }, { where: { id } });
    const elsewhere = createContainer(api.container.config);
    const late = elsewhere.services.auth.authenticate(key);
    await expect(late).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    await elsewhere.close();

    for (const expires_at of [
      '2020-01-01T00:00:00Z',
      '2099-01-01',
      '2099-01-01T00:00',
      'soon',
      7,
    ]) {
      expect(await api.post(PATH, organizer.token, { name: 'Late', expires_at })).toMatchObject(
        refusal('VALIDATION_FAILED', 'expires_at'),
      );
    }
  });

  it('that were never made, or have one wrong character, are invalid', async () => {
    const { key } = await make(await makePerson(api.container, 'organizer'));
    const mangled = Array.from(key, (character, index) =>
      index < 3
        ? key
        : key.slice(0, index) + (character === 'a' ? 'b' : 'a') + key.slice(index + 1),
    ).filter((one) => one !== key);

    for (const bad of [newApiKey().text, 'tk_', `${key}0`, key.slice(0, -1), ...mangled]) {
      const asked = api.container.services.auth.authenticate(bad);
      await expect(asked).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    }
    expect((await me(key)).status).toBe(200);
  });

  it('note their last use, at most once a minute', async () => {
    const { id, key } = await make(await makePerson(api.container, 'organizer'));
    const lastUse = async (): Promise<number> => (await rowOf(id)).last_used_at?.getTime() ?? 0;

    await me(key);
    await until(async () => (await lastUse()) > 0);
    const first = await lastUse();
    const elsewhere = createContainer(api.container.config);
    await elsewhere.services.apiKeys.noteUse(id);
    await api.container.services.apiKeys.noteUse(id);
    await elsewhere.close();

    expect(await lastUse()).toBe(first);
  });

  it('are at most twenty an account', async () => {
    const organizer = await makePerson(api.container, 'organizer');
    const made = await Promise.all(
      Array.from({ length: 24 }, () => api.post(PATH, organizer.token, { name: 'One of many' })),
    );

    expect(made.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(made.find(({ status }) => status !== 201)).toMatchObject(refusal('VALIDATION_FAILED'));
  });

  it('have rate limits of their own', async () => {
    const limits = { ...LIMITS, lists: { ...LIMITS.lists, requests: 1 } };
    const limited = await TestApi.start({ rateLimits: { enabled: true, limits } });
    try {
      const organizer = await makePerson(api.container, 'organizer');
      const [one, other] = [await make(organizer), await make(organizer)];
      const ask = async (bearer: string): Promise<number> =>
        (await limited.get('/api/events', bearer)).status;

      for (const bearer of [organizer.token, one.key, other.key]) {
        expect([await ask(bearer), await ask(bearer)]).toEqual([200, 429]);
      }
      await until(async () => {
        const rows = await Promise.all([rowOf(one.id), rowOf(other.id)]);
        return rows.every(({ last_used_at }) => last_used_at !== null);
      });
    } finally {
      await limited.close();
    }
  });

  it('are in the audit log when they are made and ended, by name and start only', async () => {
    const organizer = await makePerson(api.container, 'organizer');
    const admin = await makePerson(api.container, 'admin');
    const { id, key } = await make(organizer);
    await api.delete(`${PATH}/${String(id)}`, organizer.token);

    const { body } = await api.get('/api/admin/audit', admin.token, { user_id: organizer.id });

    const rows = body.data as { action: string; details: object }[];
    const details = { key_id: id, name: 'Box office', prefix: key.slice(0, 11) };
    expect(rows.map(({ action, details: told }) => [action, told])).toEqual([
      ['key.delete', details],
      ['key.create', details],
    ]);
  });
});
