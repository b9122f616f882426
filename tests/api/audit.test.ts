import { makeEvent, makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { makePerson, PASSWORD, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

describe('GET /api/admin/audit', () => {
  let api: TestApi;
  let admin: Person;
  let person: Person;
  let event: MadeEvent;
  beforeAll(async () => {
    api = await TestApi.start();
    admin = await makePerson(api.container, 'admin');
  });
  beforeEach(async () => {
    person = await makePerson(api.container);
    event = await makeSoldOutEvent(api, { total: 2 });
  });
  afterAll(() => api.close());

  const log = async (query: Record<string, string | number>): Promise<ApiAnswer['body'][]> =>
    (await api.get('/api/admin/audit', admin.token, query)).body.data;
  const actionsOf = (entries: { action: string }[]): string[] =>
    entries.map(({ action }) => action);
  const join = ({ token }: Person, quantity = 1): Promise<ApiAnswer> =>
    api.post('/api/waitinglists/join-waitlist', token, { event_id: event.id, quantity });

  it('has a row for every command that changed something, latest first', async () => {
    const { organizer } = event;
    const path = `/api/events/${String(event.id)}`;
    const entry = `/api/waitinglists/${String(event.id)}`;
    const { body } = await join(person, 3);
    await api.patch(entry, person.token, { quantity: 2 });
    const priority = { priority: 5, reason: 'Promised' };
    await api.patch(
      `/api/waitinglists/${String(body.data.id)}/priority`,
      organizer.token,
      priority,
    );
    await api.delete(entry, person.token);
    await api.post('/api/tickets/cancel', organizer.token, { event_id: event.id, quantity: 1 });
    await api.patch(path, organizer.token, { total_tickets: 5 });
    await api.post(`${path}/cancel`, organizer.token);

    const entries = await log({ event_id: event.id });

    expect(actionsOf(entries)).toEqual([
      'event.cancel',
      'event.update',
      'tickets.cancel',
      'waitlist.leave',
      'waitlist.prioritize',
      'waitlist.lower',
      'waitlist.join',
      'tickets.book',
      'event.create',
    ]);
    expect(entries.map(({ version }) => version as number)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(entries[4]).toMatchObject({
      actor_id: organizer.id,
      user_id: person.id,
      reason: 'Promised',
      details: {
        entry: { before: { quantity: 2, priority: 0 }, after: { quantity: 2, priority: 5 } },
      },
    });
    expect(entries[5].details.entry).toMatchObject({
      before: { quantity: 3 },
      after: { quantity: 2 },
    });
    expect(entries[1].details).toMatchObject({
      before: { total_tickets: 2, available_tickets: 1 },
      after: { total_tickets: 5, available_tickets: 4 },
    });
  });

  it('has no row for refusals, dry runs or commands that changed nothing', async () => {
    const { organizer } = event;
    const path = `/api/events/${String(event.id)}`;
    await api.patch(path, organizer.token, { total_tickets: 1 });
    await api.patch(path, organizer.token, { total_tickets: 9 }, { query: { dry_run: true } });
    await api.patch(path, organizer.token, { total_tickets: 2 });
    await api.post('/api/tickets/cancel', person.token, { event_id: event.id });

    expect(actionsOf(await log({ event_id: event.id }))).toEqual(['tickets.book', 'event.create']);
  });

  it('records which cancellation caused a promotion, by whom and in which request', async () => {
    const { organizer } = event;
    await join(person, 3);
    await api.post(
      '/api/tickets/cancel',
      organizer.token,
      { event_id: event.id, quantity: 1 },
      { 'X-Request-Id': `cause-${String(event.id)}` },
    );

    const [entry] = await log({ event_id: event.id, action: 'tickets.cancel' });

    expect(entry).toMatchObject({
      action: 'tickets.cancel',
      actor_id: organizer.id,
      user_id: organizer.id,
      request_id: `cause-${String(event.id)}`,
      version: 3,
      details: {
        tickets_back: [2],
        tickets_given: [3],
        promotions: [{ user_id: person.id, quantity: 1, still_wanted: 2 }],
      },
    });
  });

  it('records changes of role, e-mail and password and deletions, without secrets', async () => {
    const path = `/api/users/${String(person.id)}`;
    const password = 'another good password';
    await api.patch(path, person.token, { password, current_password: PASSWORD });
    await api.patch(`${path}/role`, admin.token, { role: 'organizer' });
    await api.delete(path, admin.token);

    const entries = await log({ user_id: person.id });

    expect(actionsOf(entries)).toEqual(['user.delete', 'user.role', 'user.update']);
    expect(entries[1]).toMatchObject({
      actor_id: admin.id,
      details: { before: { role: 'user' }, after: { role: 'organizer' } },
    });
    expect(entries[2]).toMatchObject({ actor_id: person.id, details: { fields: ['password'] } });
    const text = JSON.stringify(entries);
    for (const secret of [password, PASSWORD, person.email, '$2']) {
      expect(text).not.toContain(secret);
    }
  });

  it('records where the tickets of a deleted account went, event by event', async () => {
    await join(person, 1);
    await api.delete(`/api/users/${String(event.organizer.id)}`, admin.token);

    const [entry] = await log({ event_id: event.id, action: 'user.delete' });

    expect(entry).toMatchObject({
      actor_id: admin.id,
      user_id: event.organizer.id,
      details: { tickets_back: [2, 1], promotions: [{ user_id: person.id, quantity: 1 }] },
    });
  });

  it('filters by event, person and action together', async () => {
    const elsewhere = await makeEvent(api);
    const guest = await makePerson(api.container);
    const party = { event_id: elsewhere.id, additionalUsers: [guest.id] };
    await api.post('/api/tickets/book', person.token, party);
    await join(person);
    await api.delete(`/api/waitinglists/${String(event.id)}`, event.organizer.token, {
      user_id: person.id,
    });

    // What they did and what was done to them, each once.
    expect(actionsOf(await log({ user_id: person.id }))).toEqual([
      'waitlist.leave',
      'waitlist.join',
      'tickets.book',
    ]);
    expect(actionsOf(await log({ user_id: person.id, event_id: event.id }))).toEqual([
      'waitlist.leave',
      'waitlist.join',
    ]);
    const all = { user_id: person.id, event_id: elsewhere.id, action: 'tickets.book' };
    expect(await log(all)).toHaveLength(1);
    expect(await api.get('/api/admin/audit', admin.token, { action: 'hack' })).toMatchObject(
      refusal('VALIDATION_FAILED', 'action'),
    );
  });

  it('shows organizers their own events, and everyone else nothing', async () => {
    const organizer = await makePerson(api.container, 'organizer');
    const own = await makeEvent(api, { organizer });
    const read = (who: Person, query: Record<string, number>): Promise<ApiAnswer> =>
      api.get('/api/admin/audit', who.token, query);

    expect(actionsOf((await read(organizer, { event_id: own.id })).body.data)).toEqual([
      'event.create',
    ]);
    expect(await read(organizer, {})).toMatchObject(refusal('FORBIDDEN'));
    expect(await read(organizer, { event_id: event.id })).toMatchObject(refusal('FORBIDDEN'));
    expect(await read(person, { event_id: own.id, user_id: person.id })).toMatchObject(
      refusal('FORBIDDEN'),
    );
    expect(await read(organizer, { event_id: 2_147_483_647 })).toMatchObject(
      refusal('EVENT_NOT_FOUND'),
    );
  });
});
