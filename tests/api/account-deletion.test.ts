import { makeEvent, makeSoldOutEvent } from '../factories/events';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

describe('DELETE /api/users/:id', () => {
  let api: TestApi;
  let admin: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    admin = await makePerson(api.container, 'admin');
  });
  afterAll(() => api.close());

  const remove = ({ id }: Person, by: Person): Promise<ApiAnswer> =>
    api.delete(`/api/users/${String(id)}`, by.token);
  const statusOf = async (eventId: number): Promise<ApiAnswer['body']> =>
    (await api.get(`/api/events/status/${String(eventId)}`, admin.token)).body.data;

  it('ends the account at once: its tokens, its login and every route that names it', async () => {
    const person = await makePerson(api.container);

    const { status, body } = await remove(person, person);

    expect(status).toBe(200);
    expect(body.data).toBeNull();
    expect(await api.get('/api/users/me', person.token)).toMatchObject(refusal('INVALID_TOKEN'));
    const login = { email: person.email, password: PASSWORD };
    expect(await api.post('/api/auth/login', undefined, login)).toMatchObject(
      refusal('INVALID_CREDENTIALS'),
    );
    const path = `/api/users/${String(person.id)}`;
    const gone = refusal('USER_NOT_FOUND');
    expect(await api.get(path, admin.token)).toMatchObject(gone);
    expect(await api.patch(path, admin.token, { password: PASSWORD })).toMatchObject(gone);
    expect(await api.patch(`${path}/role`, admin.token, { role: 'user' })).toMatchObject(gone);
    expect(await remove(person, admin)).toMatchObject(gone);
    const { body: list } = await api.get('/api/users', admin.token, {
      after: Buffer.from(`[${String(person.id - 1)}]`).toString('base64url'),
    });
    expect(list.data.map(({ id }: Person) => id)).not.toContain(person.id);
  });

  it('keeps a row without e-mail and hash, and frees the e-mail for a new sign-up', async () => {
    const person = await makePerson(api.container);

    await remove(person, person);

    const row = await api.container.database.models.User.findByPk(person.id);
    expect(row?.get()).toMatchObject({ email: null, password: null });
    const again = await api.post('/api/auth/signup', undefined, {
      email: person.email,
      password: PASSWORD,
    });
    expect(again.status).toBe(201);
    expect(again.body.data.id).not.toBe(person.id);
  });

  it('gives active tickets to the head of the queue, and returns the rest to stock', async () => {
    const [person, waiting] = [await makePerson(api.container), await makePerson(api.container)];
    const [hot, calm] = [await makeEvent(api, { total: 2 }), await makeEvent(api, { total: 2 })];
    for (const { id } of [hot, calm]) {
      await api.post('/api/tickets/book', person.token, { event_id: id, quantity: 2 });
    }
    await api.post('/api/waitinglists/join-waitlist', waiting.token, { event_id: hot.id });

    await remove(person, admin);

    expect(await statusOf(hot.id)).toMatchObject({ available_tickets: 1, waitlist_count: 0 });
    expect(await statusOf(calm.id)).toMatchObject({ available_tickets: 2, version: 2 });
    const { body } = await api.get('/api/tickets', waiting.token);
    expect(body.data).toMatchObject([{ event_id: hot.id, status: 'booked' }]);
  });

  it('removes their waitlist entries, and the people behind move up', async () => {
    const [person, behind] = [await makePerson(api.container), await makePerson(api.container)];
    const event = await makeSoldOutEvent(api, { total: 1 });
    for (const { token } of [person, behind]) {
      await api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id });
    }

    await remove(person, person);

    const { body } = await api.get('/api/waitinglists', admin.token, { event_id: event.id });
    expect(body.data).toMatchObject([{ user_id: behind.id, position: 1 }]);
  });

  it('keeps events they organized, without an organizer, for admins to manage', async () => {
    const organizer = await makePerson(api.container);
    const event = await makeEvent(api, { organizer, total: 3 });

    await remove(organizer, organizer);

    expect(await statusOf(event.id)).toMatchObject({ organizer_id: null, status: 'active' });
    const { status } = await api.patch(`/api/events/${String(event.id)}`, admin.token, {
      total_tickets: 4,
    });
    expect(status).toBe(200);
  });

  it('makes a booking for them impossible', async () => {
    const [person, booker] = [await makePerson(api.container), await makePerson(api.container)];
    const event = await makeEvent(api);
    await remove(person, person);

    const answer = await api.post('/api/tickets/book', booker.token, {
      event_id: event.id,
      additionalUsers: [person.id],
    });

    expect(answer).toMatchObject(refusal('USER_NOT_FOUND'));
    expect(await statusOf(event.id)).toMatchObject({ available_tickets: 10, version: 0 });
  });
});
