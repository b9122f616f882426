import { RIGHTS, type Right } from '../../src/domain/rights';
import { makeEvent, type MadeEvent } from '../factories/events';
import { makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

/** A sold-out event, of which a guest holds the ticket and another person waits. */
interface Scene {
  readonly event: MadeEvent;
  readonly helper: Person;
  readonly waiting: Person;
  readonly ticketId: number;
  readonly entryId: number;
}

/** What can be done for an event, and the rights that it needs. */
const ACTIONS: readonly (readonly [
  string,
  readonly Right[],
  (api: TestApi, scene: Scene) => Promise<ApiAnswer>,
])[] = [
  [
    'rename the event',
    ['update'],
    (api, { event, helper }) =>
      api.patch(pathOf(event), helper.token, { event_name: `Renamed ${String(event.id)}` }),
  ],
  [
    'cap it',
    ['update'],
    (api, { event, helper }) => api.patch(pathOf(event), helper.token, { max_tickets_per_user: 7 }),
  ],
  [
    'resize it',
    ['capacity'],
    (api, { event, helper }) => api.patch(pathOf(event), helper.token, { total_tickets: 3 }),
  ],
  [
    'see what resizing would do',
    ['capacity'],
    (api, { event, helper }) =>
      api.patch(pathOf(event), helper.token, { total_tickets: 3 }, { query: { dry_run: true } }),
  ],
  [
    'cancel it',
    ['cancel'],
    (api, { event, helper }) => api.post(`${pathOf(event)}/cancel`, helper.token),
  ],
  [
    'prioritize someone',
    ['waitlist'],
    (api, { entryId, helper }) =>
      api.patch(`/api/waitinglists/${String(entryId)}/priority`, helper.token, {
        priority: 3,
        reason: 'Promised',
      }),
  ],
  [
    'remove someone from the queue',
    ['waitlist'],
    (api, { event, helper, waiting }) =>
      api.delete(`/api/waitinglists/${String(event.id)}`, helper.token, { user_id: waiting.id }),
  ],
  [
    'see a ticket',
    ['tickets'],
    (api, { ticketId, helper }) => api.get(`/api/tickets/${String(ticketId)}`, helper.token),
  ],
  [
    'cancel a ticket',
    ['tickets'],
    (api, { ticketId, helper }) =>
      api.post('/api/tickets/cancel', helper.token, { booking_id: ticketId }),
  ],
  [
    'read its log',
    ['tickets'],
    (api, { event, helper }) => api.get('/api/admin/audit', helper.token, { event_id: event.id }),
  ],
  [
    'see its staff',
    [],
    (api, { event, helper }) => api.get(`${pathOf(event)}/staff`, helper.token),
  ],
  [
    'give themself rights',
    [],
    (api, { event, helper }) =>
      api.call('put', staffPath(event, helper), { token: helper.token, body: { rights: RIGHTS } }),
  ],
];

function pathOf({ id }: Pick<MadeEvent, 'id'>): string {
  return `/api/events/${String(id)}`;
}

function staffPath(event: Pick<MadeEvent, 'id'>, { id }: Person): string {
  return `${pathOf(event)}/staff/${String(id)}`;
}

describe('the staff of an event', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  async function prepare(): Promise<Scene> {
    const event = await makeEvent(api, { total: 1 });
    const [helper, holder, waiting] = [
      await makePerson(api.container),
      await makePerson(api.container),
      await makePerson(api.container),
    ];
    const body = { event_id: event.id };
    const booked = await api.post('/api/tickets/book', holder.token, body);
    const joined = await api.post('/api/waitinglists/join-waitlist', waiting.token, body);
    const ticketId = booked.body.data.bookings[0].id as number;
    return { event, helper, waiting, ticketId, entryId: joined.body.data.id as number };
  }

  const give = (
    { event, helper }: Pick<Scene, 'event' | 'helper'>,
    rights: readonly Right[],
  ): Promise<ApiAnswer> =>
    api.call('put', staffPath(event, helper), { token: event.organizer.token, body: { rights } });

  describe.each(ACTIONS)('may %s', (_what, needed, act) => {
    it(`only with the right ${needed.join() || 'of the organizer'}`, async () => {
      for (const right of RIGHTS) {
        const scene = await prepare();
        await give(scene, [right]);

        const { status, body } = await act(api, scene);

        const expected = needed.includes(right) ? 200 : 403;
        expect([right, status, body]).toEqual([right, expected, body]);
      }
    });

    it('not with the rights for another event', async () => {
      const scene = await prepare();
      await give({ ...scene, event: await makeEvent(api) }, RIGHTS);

      expect(await act(api, scene)).toMatchObject(refusal('FORBIDDEN'));
    });

    it('no longer in any process once the rights are taken away', async () => {
      const scene = await prepare();
      const elsewhere = await TestApi.start();
      try {
        await give(scene, RIGHTS);
        // The other process has seen the rights.
        const path = `/api/tickets/${String(scene.ticketId)}`;
        expect((await elsewhere.get(path, scene.helper.token)).status).toBe(200);
        const { organizer } = scene.event;
        await api.delete(staffPath(scene.event, scene.helper), organizer.token);

        expect(await act(elsewhere, scene)).toMatchObject(refusal('FORBIDDEN'));
        expect(await act(api, scene)).toMatchObject(refusal('FORBIDDEN'));
      } finally {
        await elsewhere.close();
      }
    });
  });

  it('needs the right of each field that a change changes, and of no other', async () => {
    const scene = await prepare();
    const { event, helper } = scene;
    const change = (body: object): Promise<ApiAnswer> =>
      api.patch(pathOf(event), helper.token, body);
    const both = { event_name: `Both ${String(event.id)}`, total_tickets: 4 };

    await give(scene, ['update']);
    expect(await change(both)).toMatchObject(refusal('FORBIDDEN'));
    await give(scene, ['capacity']);
    expect(await change(both)).toMatchObject(refusal('FORBIDDEN'));
    // A form may send what stays as it is.
    expect((await change({ max_tickets_per_user: null, total_tickets: 2 })).status).toBe(200);
    await give(scene, ['update', 'capacity']);
    expect((await change(both)).status).toBe(200);
  });

  it('sees the e-mails of those who wait with the right waitlist', async () => {
    const scene = await prepare();
    const { event, helper, waiting } = scene;
    const emails = async (): Promise<unknown[]> => {
      const { body } = await api.get('/api/waitinglists', helper.token, { event_id: event.id });
      return (body.data as { email?: string }[]).map(({ email }) => email);
    };

    await give(scene, ['update', 'capacity', 'cancel', 'tickets']);
    expect(await emails()).toEqual([undefined]);
    await give(scene, ['waitlist']);
    expect(await emails()).toEqual([waiting.email]);
  });

  it('is listed with e-mails and rights, page by page', async () => {
    const event = await makeEvent(api);
    const helpers = [await makePerson(api.container), await makePerson(api.container)];
    for (const helper of helpers) await give({ event, helper }, ['tickets', 'update']);

    const first = await api.get(`${pathOf(event)}/staff`, event.organizer.token, { limit: 1 });
    const second = await api.get(`${pathOf(event)}/staff`, event.organizer.token, {
      limit: 1,
      after: first.body.meta.next as string,
    });

    expect([...first.body.data, ...second.body.data]).toEqual(
      helpers.map(({ id, email }) => ({
        user_id: id,
        email,
        rights: ['update', 'tickets'],
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      })),
    );
    expect(second.body.meta.next).toBeNull();
  });

  it('is in the audit log, with the rights before and after', async () => {
    const scene = await prepare();
    const { event, helper } = scene;
    await give(scene, ['cancel']);
    await give(scene, ['update', 'tickets']);
    await api.delete(staffPath(event, helper), event.organizer.token);

    const { body } = await api.get('/api/admin/audit', event.organizer.token, {
      event_id: event.id,
      action: 'event.staff',
    });

    const told = (body.data as { actor_id: number; user_id: number; details: object }[]).map(
      ({ actor_id, user_id, details }) => [actor_id, user_id, details],
    );
    const row = (before: Right[], after: Right[]): unknown[] => [
      event.organizer.id,
      helper.id,
      { before: { rights: before }, after: { rights: after } },
    ];
    expect(told).toEqual([
      row(['update', 'tickets'], []),
      row(['cancel'], ['update', 'tickets']),
      row([], ['cancel']),
    ]);
  });

  it('is refused where the person, the event or the rights do not exist', async () => {
    const scene = await prepare();
    const { event, helper } = scene;
    const { token } = event.organizer;
    const missing = { ...helper, id: 2_147_483_647 };

    expect(await give({ event, helper: missing }, ['cancel'])).toMatchObject(
      refusal('USER_NOT_FOUND'),
    );
    expect(await api.delete(staffPath(event, helper), token)).toMatchObject(
      refusal('USER_NOT_FOUND'),
    );
    expect(
      await give({ event: { ...event, id: 2_147_483_647 }, helper }, ['cancel']),
    ).toMatchObject(refusal('EVENT_NOT_FOUND'));
    for (const rights of [[], ['everything'], ['cancel', 'cancel'], 'cancel']) {
      expect(await give(scene, rights as Right[])).toMatchObject(
        refusal('VALIDATION_FAILED', 'rights'),
      );
    }
  });

  it('loses its rights with its account', async () => {
    const scene = await prepare();
    await give(scene, ['cancel']);
    await api.delete(`/api/users/${String(scene.helper.id)}`, scene.helper.token);

    const { body } = await api.get(`${pathOf(scene.event)}/staff`, scene.event.organizer.token);
    expect(body.data).toEqual([]);
  });
});
