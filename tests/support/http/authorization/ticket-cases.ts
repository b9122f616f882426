import {
  anyEvent,
  everyone,
  managers,
  ownAccount,
  type AccessCase,
  type Asked,
} from './access-case';
import type { Scene } from './stage';

const event = async (scene: Scene): Promise<Asked> => ({ id: await scene.eventId() });
const eventInBody = async (scene: Scene): Promise<Asked> => ({
  body: { event_id: await scene.eventId() },
});
const accountInBody = async (scene: Scene): Promise<Asked> => ({
  body: { event_id: await scene.anyEventId(), user_id: await scene.accountId() },
});

/** For holder, booker, organizer and admins. */
const partiesOfTicket = {
  ...everyone([200, 'FORBIDDEN', 'BOOKING_NOT_FOUND']),
  stranger: [null, 'FORBIDDEN', 'BOOKING_NOT_FOUND'],
  admin: [200, 200, 'BOOKING_NOT_FOUND'],
} as const;

/** For people who wait in the queue of the event. */
const ownEntry = {
  ...everyone([200, 'WAITLIST_ENTRY_NOT_FOUND', 'EVENT_NOT_FOUND']),
  stranger: [null, 'WAITLIST_ENTRY_NOT_FOUND', 'EVENT_NOT_FOUND'],
} as const;

export const TICKET_CASES: readonly AccessCase[] = [
  {
    route: 'POST /api/tickets/book',
    names: 'an event',
    ask: eventInBody,
    cells: anyEvent(201),
  },
  {
    route: 'POST /api/tickets/book',
    names: 'the person, by `user_id`',
    ask: accountInBody,
    cells: ownAccount(201),
  },
  {
    route: 'POST /api/tickets/book',
    names: 'a guest, by `additionalUsers`',
    ask: async (scene) => ({
      body: { event_id: await scene.anyEventId(), additionalUsers: [await scene.accountId()] },
    }),
    // Anyone may book for a guest; the caller is not a guest.
    cells: everyone(['VALIDATION_FAILED', 201, 'USER_NOT_FOUND']),
  },
  {
    route: 'POST /api/tickets/cancel',
    names: 'an event, for all of the caller’s tickets',
    ask: eventInBody,
    // By event, only the holder gives back a ticket; the booker must name the ticket.
    cells: {
      ...everyone(['BOOKING_NOT_FOUND', 'BOOKING_NOT_FOUND', 'EVENT_NOT_FOUND']),
      stranger: [null, 'BOOKING_NOT_FOUND', 'EVENT_NOT_FOUND'],
      holder: [200, 'BOOKING_NOT_FOUND', 'EVENT_NOT_FOUND'],
      admin: [200, 'BOOKING_NOT_FOUND', 'EVENT_NOT_FOUND'],
    },
  },
  {
    route: 'POST /api/tickets/cancel',
    names: 'the holder, by `user_id`',
    ask: async (scene) => ({
      body: {
        event_id: await scene.heldEventId(),
        user_id: await scene.accountId(),
      },
    }),
    cells: {
      ...ownAccount(200),
      stranger: ['BOOKING_NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'],
      booker: ['BOOKING_NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'],
      organizer: ['BOOKING_NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'],
    },
  },
  {
    route: 'POST /api/tickets/cancel',
    names: 'a ticket',
    ask: async (scene) => ({ body: { booking_id: await scene.ticketId() } }),
    cells: partiesOfTicket,
  },
  ...['/api/available-tickets/:event_id', '/api/tickets/available-tickets/:event_id'].map(
    (path): AccessCase => ({
      route: `GET ${path}`,
      names: 'an event',
      ask: event,
      cells: anyEvent(200),
    }),
  ),
  {
    route: 'GET /api/tickets',
    names: '',
    ask: () => ({}),
    cells: everyone([200]),
  },
  {
    route: 'GET /api/tickets/:booking_id',
    names: 'a ticket',
    ask: async (scene) => ({ id: await scene.ticketId() }),
    cells: partiesOfTicket,
  },
];

export const WAITLIST_CASES: readonly AccessCase[] = [
  {
    route: 'POST /api/waitinglists/join-waitlist',
    names: 'an event',
    ask: eventInBody,
    cells: anyEvent(201),
  },
  {
    route: 'POST /api/waitinglists/join-waitlist',
    names: 'the person, by `user_id`',
    ask: accountInBody,
    cells: ownAccount(201),
  },
  {
    route: 'GET /api/waitinglists',
    names: '',
    ask: () => ({}),
    cells: everyone([200]),
  },
  {
    route: 'GET /api/waitinglists',
    names: 'an event',
    ask: async (scene) => ({ query: { event_id: await scene.eventId() } }),
    cells: { ...everyone([200, 200, 200]), stranger: [null, 200, 200] },
  },
  {
    route: 'PATCH /api/waitinglists/:event_id',
    names: 'an event, for the caller’s entry in its queue',
    ask: async (scene) => ({ id: await scene.queueId(), body: { quantity: 1 } }),
    cells: ownEntry,
  },
  {
    route: 'DELETE /api/waitinglists/:event_id',
    names: 'an event, for the caller’s entry in its queue',
    ask: async (scene) => ({ id: await scene.queueId() }),
    cells: ownEntry,
  },
  {
    route: 'DELETE /api/waitinglists/:event_id',
    names: 'an event, and by `user_id` someone else in its queue',
    ask: async (scene) => ({
      id: await scene.eventId(),
      query: { user_id: await scene.waitingId() },
    }),
    cells: managers(200, 'EVENT_NOT_FOUND'),
  },
  {
    route: 'PATCH /api/waitinglists/:entry_id/priority',
    names: 'someone’s entry in the queue of an event',
    ask: async (scene) => ({
      id: await scene.entryId(),
      body: { priority: 7, reason: 'Promised by phone' },
    }),
    cells: managers(200, 'WAITLIST_ENTRY_NOT_FOUND'),
  },
];
