/**
 * The successful answers of the examples: what a fresh server returns to the requests of the document,
 * one after another in its order. `someone` signs up first, then an admin is created.
 */
import type { Route } from '../controllers/route';

interface ExampleAnswer {
  readonly message: string;
  readonly data: unknown;
}

const MOMENT = '2026-11-23T20:00:00.000Z';
const TIMES = { createdAt: MOMENT, updatedAt: MOMENT };
const REQUEST_ID = '0b8f4f3e-9a55-4b43-8f0a-5b1a2f0b7f1d';

const someone = { id: 1, email: 'someone@example.com', role: 'user', ...TIMES };
const organizer = { ...someone, role: 'organizer' };
const admin = { id: 2, email: 'admin@example.com', role: 'admin', ...TIMES };

const tokenPair = {
  token: 'eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl',
  token_type: 'Bearer',
  expires_in: 3_600,
  refresh_token: `rt_${'x'.repeat(65)}`,
  refresh_expires_in: 2_592_000,
};

const newEvent = {
  id: 1,
  event_name: 'Midsummer Concert',
  total_tickets: 2,
  available_tickets: 2,
  status: 'active',
  organizer_id: 1,
  max_tickets_per_user: null,
  starts_at: null,
  sale_starts_at: null,
  sale_ends_at: null,
  sale_status: 'on_sale',
  metadata: null,
  version: 0,
  ...TIMES,
};
const renamedEvent = { ...newEvent, event_name: 'Midsummer Night Concert', version: 1 };
const availability = {
  event_id: 1,
  status: 'active',
  total_tickets: 2,
  sale_status: 'on_sale',
  available_tickets: 0,
  version: 2,
};

const tickets = [1, 2].map((id) => ({
  id,
  event_id: 1,
  ticket_no: id,
  user_id: 1,
  booked_by: 1,
  status: 'booked',
  ...TIMES,
}));
const entry = {
  id: 1,
  event_id: 1,
  user_id: 1,
  quantity: 1,
  position: 1,
  priority: 0,
  ...TIMES,
};

const staff = { user_id: 2, email: admin.email, rights: ['waitlist', 'tickets'], ...TIMES };

const key = {
  id: 1,
  name: 'Box office',
  prefix: 'tk_b3JkaW5h',
  createdAt: MOMENT,
  expires_at: null,
  last_used_at: null,
};

const beforeTheEnd = {
  total_tickets: 2,
  available_tickets: 2,
  waitlist_count: 0,
  waitlist_tickets: 0,
  event_name: renamedEvent.event_name,
  status: 'active',
  max_tickets_per_user: null,
};

const EXAMPLES: Readonly<Record<string, ExampleAnswer>> = {
  'post /api/auth/signup': { message: 'Account created', data: someone },
  'post /api/auth/login': { message: 'Logged in', data: { ...tokenPair, user: someone } },
  'post /api/auth/refresh': { message: 'A new pair of tokens', data: tokenPair },

  'post /api/events/initialize': { message: 'Event created', data: newEvent },
  'get /api/events': { message: 'Events', data: [newEvent] },
  'get /api/events/:event_id': {
    message: 'Event',
    data: { ...newEvent, waitlist_count: 0, waitlist_tickets: 0 },
  },
  'patch /api/events/:event_id': { message: 'Event changed', data: renamedEvent },
  'get /api/events/:event_id/staff': { message: 'Staff of the event', data: [] },
  'put /api/events/:event_id/staff/:user_id': { message: 'Rights set', data: staff },
  'delete /api/events/:event_id/staff/:user_id': { message: 'Rights taken away', data: null },
  'get /api/events/status/:event_id': {
    message: 'Event',
    data: { ...renamedEvent, waitlist_count: 0, waitlist_tickets: 0 },
  },

  'post /api/tickets/book': {
    message: 'Some tickets booked, the rest are on the waitlist',
    data: {
      outcome: 'partially_booked',
      event_id: 1,
      bookings: tickets,
      waitlisted: [{ user_id: 1, quantity: 1, position: 1 }],
      available_tickets: 0,
      version: 2,
    },
  },
  'get /api/available-tickets/:event_id': { message: 'Available tickets', data: availability },
  'get /api/tickets/available-tickets/:event_id': {
    message: 'Available tickets',
    data: availability,
  },
  'get /api/tickets': {
    message: 'Your tickets',
    data: tickets.map((ticket) => ({
      ...ticket,
      event_name: renamedEvent.event_name,
      starts_at: null,
    })),
  },
  'get /api/tickets/:booking_id': { message: 'Ticket', data: tickets[0] },
  'get /api/events/:event_id/me': {
    message: 'Your status for this event',
    data: {
      event_id: 1,
      bookings: tickets,
      tickets_held: 2,
      waitlist_entry: entry,
      tickets_ahead: 0,
      allowed_actions: ['cancel', 'leave'],
      version: 2,
    },
  },

  'get /api/waitinglists': { message: 'Waitlist', data: [{ ...entry, email: someone.email }] },
  'patch /api/waitinglists/:entry_id/priority': {
    message: 'Priority changed',
    data: { ...entry, priority: 10 },
  },
  'patch /api/waitinglists/:event_id': {
    message: 'Waitlist entry changed',
    data: { ...entry, priority: 10 },
  },
  'delete /api/waitinglists/:event_id': { message: 'Removed from the waitlist', data: null },
  'post /api/waitinglists/join-waitlist': {
    message: 'You are on the waitlist',
    data: { ...entry, id: 2 },
  },

  'post /api/tickets/cancel': {
    message: 'Tickets cancelled',
    data: {
      event_id: 1,
      cancelled: tickets.map((ticket) => ({ ...ticket, status: 'cancelled' })).reverse(),
      cancelled_count: 2,
      reassigned: 0,
      ended_entries: [1],
      available_tickets: 2,
      version: 6,
    },
  },
  'post /api/events/:event_id/cancel': {
    message: 'Event cancelled',
    data: {
      ...renamedEvent,
      available_tickets: 0,
      status: 'cancelled',
      sale_status: 'cancelled',
      version: 7,
    },
  },

  'get /api/admin/events/:event_id/reconcile': {
    message: 'Reconciliation',
    data: {
      event_id: 1,
      version: 7,
      counter: {
        total_tickets: 2,
        available_tickets: 0,
        waitlist_count: 0,
        waitlist_tickets: 0,
      },
      counted: { tickets: 2, active_tickets: 0, waiting: 0, tickets_waited_for: 0 },
      consistent: true,
      faults: [],
    },
  },
  'get /api/admin/audit': {
    message: 'Audit log',
    data: [
      {
        id: 11,
        action: 'event.cancel',
        actor_id: 1,
        user_id: null,
        event_id: 1,
        version: 7,
        reason: null,
        request_id: REQUEST_ID,
        details: {
          before: beforeTheEnd,
          after: { ...beforeTheEnd, available_tickets: 0, status: 'cancelled' },
        },
        createdAt: MOMENT,
      },
    ],
  },

  'post /api/users/me/keys': {
    message: 'Key made',
    data: { ...key, key: `tk_${'x'.repeat(43)}0123abcd` },
  },
  'get /api/users/me/keys': { message: 'Your keys', data: [key] },
  'delete /api/users/me/keys/:id': { message: 'Key ended', data: null },
  'get /api/users/me': { message: 'Your account', data: someone },
  'get /api/users': { message: 'Accounts', data: [someone, admin] },
  'patch /api/users/:id/role': { message: 'Role changed', data: organizer },
  'get /api/users/:id': { message: 'Account', data: organizer },
  'put /api/users/:id': {
    message: 'Account changed',
    data: { ...organizer, email: 'someone.else@example.com' },
  },
  'patch /api/users/:id': {
    message: 'Account changed',
    data: { ...organizer, email: 'someone.else@example.com' },
  },
  'delete /api/users/:id': { message: 'Account deleted', data: null },
  'post /api/auth/logout': { message: 'Logged out everywhere', data: null },
};

const LIMIT = 20;

/** @throws Error if the route has no example, so that none is forgotten */
export function exampleAnswerOf({ method, path, success }: Route): object {
  const example = EXAMPLES[`${method} ${path}`];
  if (!example) throw new Error(`${method} ${path} lacks an example of its answer`);
  return {
    statusCode: success.status,
    ...example,
    ...(success.isList ? { meta: { limit: LIMIT, next: null } } : {}),
  };
}
