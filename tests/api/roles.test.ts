import { createContainer } from '../../src/container';
import { Migrator } from '../../src/database/migrator';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

describe('PATCH /api/users/:id/role', () => {
  let api: TestApi;
  let admin: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    admin = await makePerson(api.container, 'admin');
  });
  afterAll(() => api.close());

  const give = ({ id }: Pick<Person, 'id'>, role: unknown): Promise<ApiAnswer> =>
    api.patch(`/api/users/${String(id)}/role`, admin.token, { role });

  it('changes the role, and ends every earlier token', async () => {
    const person = await makePerson(api.container);

    const { status, body } = await give(person, 'organizer');

    expect(status).toBe(200);
    expect(body.data).toMatchObject({ id: person.id, role: 'organizer' });
    expect(await api.get('/api/users/me', person.token)).toMatchObject(refusal('INVALID_TOKEN'));
    const login = { email: person.email, password: PASSWORD };
    const { body: again } = await api.post('/api/auth/login', undefined, login);
    expect(again.data.user.role).toBe('organizer');
  });

  it('keeps tokens if the role stays the same', async () => {
    const person = await makePerson(api.container);

    expect((await give(person, 'user')).status).toBe(200);
    expect((await api.get('/api/users/me', person.token)).status).toBe(200);
  });

  it('refuses unknown roles and unknown accounts', async () => {
    const person = await makePerson(api.container);

    for (const role of ['root', 'Admin', null, undefined]) {
      expect(await give(person, role)).toMatchObject(refusal('VALIDATION_FAILED', 'role'));
    }
    expect(await give({ id: 2_147_483_647 }, 'user')).toMatchObject(refusal('USER_NOT_FOUND'));
  });
});

describe('the last admin', () => {
  // A separate database, because the shared one has the admins of other tests.
  const startAlone = async (name: string): Promise<TestApi> => {
    const database = await emptyDatabase(name);
    await new Migrator(database).up();
    const api = await TestApi.start({ database });
    await api.container.database.models.User.update({ role: 'user' }, { where: {} });
    return api;
  };

  it('can be neither demoted nor deleted, but one of two can', async () => {
    const api = await startAlone('last_admin');
    try {
      const last = await makePerson(api.container, 'admin');
      const path = `/api/users/${String(last.id)}`;
      const demote = (): Promise<ApiAnswer> =>
        api.patch(`${path}/role`, last.token, { role: 'user' });

      expect(await demote()).toMatchObject(refusal('FORBIDDEN'));
      expect(await api.delete(path, last.token)).toMatchObject(refusal('FORBIDDEN'));
      expect((await api.get(path, last.token)).body.data.role).toBe('admin');

      await makePerson(api.container, 'admin');
      expect((await demote()).status).toBe(200);
    } finally {
      await api.close();
    }
  });

  it('stays when two admins demote each other at the same time', async () => {
    const api = await startAlone('two_admins');
    // Like two processes, each with its own cache of accounts.
    const elsewhere = createContainer(api.container.config);
    try {
      const [one, two] = [
        await makePerson(api.container, 'admin'),
        await makePerson(api.container, 'admin'),
      ];
      const requestOf = ({ id }: Person) => ({
        actor: { id, role: 'admin' as const },
        requestId: 'test',
        startedAt: performance.now(),
      });
      await Promise.allSettled([
        api.container.services.users.changeRole(two.id, 'user', requestOf(one)),
        elsewhere.services.users.changeRole(one.id, 'user', requestOf(two)),
      ]);

      const admins = await api.container.database.models.User.count({ where: { role: 'admin' } });
      expect(admins).toBe(1);
    } finally {
      await elsewhere.close();
      await api.close();
    }
  });
});

describe('EVENT_CREATORS=organizers', () => {
  it('lets only organizers and admins create events', async () => {
    const api = await TestApi.start({ eventCreators: 'organizers' });
    try {
      const create = async (role: 'user' | 'organizer' | 'admin'): Promise<ApiAnswer> => {
        const person = await makePerson(api.container, role);
        return api.post('/api/events/initialize', person.token, {
          event_name: `By ${role} ${String(person.id)}`,
          total_tickets: 1,
        });
      };

      expect(await create('user')).toMatchObject(refusal('FORBIDDEN'));
      expect((await create('organizer')).status).toBe(201);
      expect((await create('admin')).status).toBe(201);
    } finally {
      await api.close();
    }
  });
});
