import {
  InvolvementChangedError,
  deleteAccountFromEvents,
} from '../../src/inventory/delete-account';
import { makeEvent } from '../factories/events';
import { makePeople, makePerson, type Person } from '../factories/people';
import { Outsider } from '../support/servers/outsider';
import { finishCommand } from '../../src/presenters/finished-answers';
import { TestApi } from '../support/http/test-api';

describe('changing an account that others use', () => {
  let api: TestApi;
  let outsider: Outsider;
  let observer: Outsider;
  beforeAll(async () => {
    api = await TestApi.start();
    outsider = await Outsider.enter(api.container.config.database);
    observer = await Outsider.enter(api.container.config.database);
  });
  afterAll(async () => {
    await outsider.leave();
    await observer.leave();
    await api.close();
  });

  it('a deletion locks the events by id, and the account last', async () => {
    const person = await makePerson(api.container);
    const [first, second] = [await makeEvent(api), await makeEvent(api)];
    for (const { id } of [second, first]) {
      await api.post('/api/tickets/book', person.token, { event_id: id });
    }
    await outsider.lockEvents([first.id]);

    const deletion = api.delete(`/api/users/${String(person.id)}`, person.token);
    await observer.untilSomeoneWaits();

    expect(await observer.canLock('events', first.id)).toBe(false);
    expect(await observer.canLock('events', second.id)).toBe(true);
    expect(await observer.canLock('users', person.id)).toBe(true);
    await outsider.session.commit();
    expect((await deletion).status).toBe(200);
  });

  const deleteFromEvents = ({ id }: Person, lockAccounts: () => Promise<void>): Promise<void> => {
    const { database, unitOfWork } = api.container;
    const request = { userId: id, actorId: id, requestId: null };
    return unitOfWork.run((tx) =>
      deleteAccountFromEvents(database, tx, request, lockAccounts, finishCommand),
    );
  };

  it('a deletion finds an event that was created before the account was locked', async () => {
    const person = await makePerson(api.container);

    const disturbed = deleteFromEvents(person, async () => {
      await makeEvent(api, { organizer: person });
    });

    await expect(disturbed).rejects.toThrow(InvolvementChangedError);
  });

  it('a deletion finds a ticket that was booked before the account was locked', async () => {
    const person = await makePerson(api.container);
    const event = await makeEvent(api);

    const disturbed = deleteFromEvents(person, async () => {
      const booked = await api.post('/api/tickets/book', person.token, { event_id: event.id });
      expect(booked.status).toBe(201);
    });
    await expect(disturbed).rejects.toThrow(InvolvementChangedError);
    await deleteFromEvents(person, () => Promise.resolve());

    const { Booking } = api.container.database.models;
    expect(await Booking.count({ where: { user_id: person.id, status: 'booked' } })).toBe(0);
    expect((await api.container.services.reconcile.reconcile(event.id)).faults).toEqual([]);
  });

  it('a deletion that a booking has overtaken starts over, and cancels that ticket too', async () => {
    const [person, friend] = await makePeople(api.container, 2);
    const [held, other] = [await makeEvent(api), await makeEvent(api)];
    await api.post('/api/tickets/book', person!.token, { event_id: held.id });
    await outsider.lockEvents([held.id]);

    const deletion = api.delete(`/api/users/${String(person!.id)}`, person!.token);
    await observer.untilSomeoneWaits();
    const booked = await api.post('/api/tickets/book', friend!.token, {
      event_id: other.id,
      additionalUsers: [person!.id],
    });
    expect(booked.status).toBe(201);
    await outsider.session.commit();

    expect((await deletion).status).toBe(200);
    const { Booking } = api.container.database.models;
    expect(await Booking.count({ where: { user_id: person!.id, status: 'booked' } })).toBe(0);
    for (const { id } of [held, other]) {
      expect((await api.container.services.reconcile.reconcile(id)).faults).toEqual([]);
    }
  });

  it('a booking for someone who is being deleted waits, and is then refused', async () => {
    const [person, friend] = await makePeople(api.container, 2);
    const event = await makeEvent(api);
    await outsider.session.beginTransaction();
    await outsider.session.query(
      'UPDATE users SET email = NULL, password = NULL, deleted_at = NOW(3) WHERE id = ?',
      [person!.id],
    );

    const booking = api.post('/api/tickets/book', friend!.token, {
      event_id: event.id,
      additionalUsers: [person!.id],
    });
    await observer.untilSomeoneWaits();
    await outsider.session.commit();

    expect((await booking).body.code).toBe('USER_NOT_FOUND');
    const { Booking } = api.container.database.models;
    expect(await Booking.count({ where: { event_id: event.id } })).toBe(0);
  });

  it('a change of role that had to wait builds on the earlier change', async () => {
    const person = await makePerson(api.container);
    const admin = await makePerson(api.container, 'admin');
    await outsider.session.beginTransaction();
    await outsider.session.query(
      'UPDATE users SET token_version = token_version + 1 WHERE id = ?',
      [person.id],
    );

    const change = api.patch(`/api/users/${String(person.id)}/role`, admin.token, {
      role: 'organizer',
    });
    await observer.untilSomeoneWaits();
    await outsider.session.commit();

    expect((await change).status).toBe(200);
    const user = await api.container.database.models.User.findByPk(person.id);
    expect(user?.get('token_version')).toBe(2);
  });

  it('a change ends the tokens that were checked while it was in flight', async () => {
    const person = await makePerson(api.container);
    const admin = await makePerson(api.container, 'admin');
    await outsider.session.beginTransaction();
    await outsider.session.query('SELECT id FROM users WHERE id = ? FOR UPDATE', [person.id]);
    const change = api.patch(`/api/users/${String(person.id)}/role`, admin.token, {
      role: 'organizer',
    });
    await observer.untilSomeoneWaits();
    expect((await api.get('/api/users/me', person.token)).status).toBe(200);
    await outsider.session.commit();

    expect((await change).status).toBe(200);
    expect((await api.get('/api/users/me', person.token)).status).toBe(401);
  });
});
