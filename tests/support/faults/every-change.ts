import { randomUUID } from 'node:crypto';
import { PASSWORD } from '../../factories/people';
import type { FaultRun, FaultWorld } from './fault-world';
import type { RecordedAnswer } from '../history/history';
import type { ApiAnswer, TestApi } from '../http/test-api';

/** Null if no answer came. */
export type Asked = Pick<ApiAnswer, 'status' | 'body'> | RecordedAnswer | null;

/** A change that the API offers, on rows made for it. */
export interface Change {
  /** Method and path pattern, as in the route table. */
  readonly route: string;
  /** Which variant of the route, if it has several. */
  readonly what?: string;
  /** Makes what the change needs, and returns a function that requests the change once. */
  prepare(scene: Scene): Promise<() => Promise<Asked>>;
}

export interface Scene {
  readonly world: FaultWorld;
  readonly run: FaultRun;
  readonly api: TestApi;
}

const TOTAL = 3;

/** An event with all of its tickets held by the first person, and two people waiting. */
async function soldOut({ world, run }: Scene): Promise<number> {
  const eventId = await run.addEvent(TOTAL);
  const [holder, ...waiting] = world.people;
  await run.history.book(holder!, eventId, { quantity: TOTAL });
  for (const person of waiting.slice(0, 2)) {
    await run.history.join(person, eventId, { quantity: 2 });
  }
  return eventId;
}

function bookOneMoreThanThereIs({ world, run }: Scene, eventId: number): Promise<Asked> {
  const [, , booker, guest] = world.people;
  return run.history.book(booker!, eventId, {
    quantity: TOTAL + 1,
    guests: [guest!],
    key: randomUUID(),
  });
}

/** Every change that the API offers: each route that is not a read, some of them twice. */
export const EVERY_CHANGE: readonly Change[] = [
  {
    route: 'POST /api/auth/signup',
    prepare: ({ api }) => {
      const email = `${randomUUID()}@example.com`;
      return Promise.resolve(() =>
        api.post('/api/auth/signup', undefined, { email, password: PASSWORD }),
      );
    },
  },
  {
    route: 'POST /api/auth/logout',
    prepare: async ({ world, api }) => {
      const { token } = await world.addPerson();
      return () => api.post('/api/auth/logout', token);
    },
  },
  {
    route: 'POST /api/auth/login',
    prepare: async ({ world, api }) => {
      const { email } = await world.addPerson();
      return () => api.post('/api/auth/login', undefined, { email, password: PASSWORD });
    },
  },
  {
    route: 'POST /api/auth/refresh',
    prepare: async ({ world, api }) => {
      const { email } = await world.addPerson();
      const login = await api.post('/api/auth/login', undefined, { email, password: PASSWORD });
      const { refresh_token } = login.body.data as { refresh_token: string };
      return () => api.post('/api/auth/refresh', undefined, { refresh_token });
    },
  },
  {
    route: 'PUT /api/events/:event_id/staff/:user_id',
    prepare: async ({ world, run, api }) => {
      const path = `/api/events/${String(await run.addEvent(TOTAL))}/staff`;
      const { token } = await world.addPerson('admin');
      const { id } = await world.addPerson();
      const body = { rights: ['tickets'] };
      return () => api.call('put', `${path}/${String(id)}`, { token, body });
    },
  },
  {
    route: 'DELETE /api/events/:event_id/staff/:user_id',
    prepare: async ({ world, run, api }) => {
      const path = `/api/events/${String(await run.addEvent(TOTAL))}/staff`;
      const { token } = await world.addPerson('admin');
      const { id } = await world.addPerson();
      const body = { rights: ['tickets'] };
      await api.call('put', `${path}/${String(id)}`, { token, body });
      return () => api.delete(`${path}/${String(id)}`, token);
    },
  },
  {
    route: 'POST /api/users/me/keys',
    prepare: async ({ world, api }) => {
      const { token } = await world.addPerson('organizer');
      return () => api.post('/api/users/me/keys', token, { name: 'A program' });
    },
  },
  {
    route: 'DELETE /api/users/me/keys/:id',
    prepare: async ({ world, api }) => {
      const { token } = await world.addPerson('organizer');
      const made = await api.post('/api/users/me/keys', token, { name: 'A program' });
      const { id } = made.body.data as { id: number };
      return () => api.delete(`/api/users/me/keys/${String(id)}`, token);
    },
  },
  {
    route: 'POST /api/events/initialize',
    prepare: ({ world, api }) => {
      const body = { event_name: `Concert ${randomUUID()}`, total_tickets: TOTAL };
      const headers = { 'Idempotency-Key': randomUUID() };
      return Promise.resolve(() =>
        api.post('/api/events/initialize', world.people[0]!.token, body, headers),
      );
    },
  },
  {
    route: 'PATCH /api/events/:event_id',
    what: 'more tickets for those who wait',
    prepare: async (scene) => {
      const eventId = await soldOut(scene);
      const [organizer] = scene.world.people;
      return () => scene.run.history.resize(organizer!, eventId, TOTAL + 3, { key: randomUUID() });
    },
  },
  {
    route: 'POST /api/events/:event_id/cancel',
    prepare: async (scene) => {
      const eventId = await soldOut(scene);
      const [organizer] = scene.world.people;
      return () => scene.run.history.cancelEvent(organizer!, eventId, { key: randomUUID() });
    },
  },
  {
    route: 'POST /api/tickets/book',
    what: 'for two, of which one must wait',
    prepare: async (scene) => {
      const eventId = await scene.run.addEvent(TOTAL);
      return () => bookOneMoreThanThereIs(scene, eventId);
    },
  },
  {
    route: 'POST /api/tickets/cancel',
    what: 'all that one holds, while others wait',
    prepare: async (scene) => {
      const eventId = await soldOut(scene);
      const [holder] = scene.world.people;
      return () => scene.run.history.cancelHeld(holder!, eventId, { key: randomUUID() });
    },
  },
  {
    route: 'POST /api/tickets/cancel',
    what: 'some tickets by their ids',
    prepare: async ({ world, run }) => {
      const eventId = await run.addEvent(TOTAL);
      const [holder] = world.people;
      const booked = await run.history.book(holder!, eventId, { quantity: 2 });
      const ids = (booked?.body.data.bookings as { id: number }[]).map(({ id }) => id);
      return () => run.history.cancelBookings(holder!, eventId, ids, { key: randomUUID() });
    },
  },
  ...['PUT', 'PATCH'].map((method): Change => ({
    route: `${method} /api/users/:id`,
    prepare: async ({ world, api }) => {
      const { id, token } = await world.addPerson();
      const body = {
        email: `${randomUUID()}@example.com`,
        password: `${PASSWORD} 2`,
        current_password: PASSWORD,
      };
      const verb = method === 'PUT' ? 'put' : 'patch';
      return () => api.call(verb, `/api/users/${String(id)}`, { token, body });
    },
  })),
  {
    route: 'DELETE /api/users/:id',
    what: 'of someone with tickets that others wait for',
    prepare: async ({ world, run }) => {
      const eventId = await run.addEvent(TOTAL);
      const leaving = await world.addPerson();
      await run.history.book(leaving, eventId, { quantity: TOTAL + 1 });
      await run.history.join(world.people[1]!, eventId, { quantity: 2 });
      return () => run.history.deleteAccount(leaving, eventId);
    },
  },
  {
    route: 'PATCH /api/users/:id/role',
    prepare: async ({ world, api }) => {
      const admin = await world.addPerson('admin');
      const { id } = await world.addPerson();
      const path = `/api/users/${String(id)}/role`;
      return () => api.patch(path, admin.token, { role: 'organizer' });
    },
  },
  {
    route: 'POST /api/waitinglists/join-waitlist',
    prepare: async (scene) => {
      const eventId = await soldOut(scene);
      const person = scene.world.people[5]!;
      return () => scene.run.history.join(person, eventId, { key: randomUUID() });
    },
  },
  {
    route: 'PATCH /api/waitinglists/:event_id',
    prepare: async (scene) => {
      const eventId = await soldOut(scene);
      return () => scene.run.history.lower(scene.world.people[1]!, eventId, 1);
    },
  },
  {
    route: 'DELETE /api/waitinglists/:event_id',
    prepare: async (scene) => {
      const eventId = await soldOut(scene);
      const [, waiting] = scene.world.people;
      return () => scene.run.history.leave(waiting!, eventId, { key: randomUUID() });
    },
  },
  {
    route: 'PATCH /api/waitinglists/:entry_id/priority',
    prepare: async (scene) => {
      const { world, run } = scene;
      const eventId = await soldOut(scene);
      const [organizer, , last] = world.people;
      const { WaitlistEntry } = world.observer.container.database.models;
      const entry = await WaitlistEntry.findOne({
        where: { event_id: eventId, user_id: last!.id },
        rejectOnEmpty: true,
      });
      const { id: entryId } = entry.get();
      return () =>
        run.history.prioritize(organizer!, eventId, { entryId, userId: last!.id, priority: 7 });
    },
  },
];
