import { randomUUID } from 'node:crypto';
import {
  anyEvent,
  everyone,
  managers,
  usersAndAdmins,
  type AccessCase,
  type Asked,
} from './access-case';
import type { Scene } from './stage';

const event = async (scene: Scene): Promise<Asked> => ({ id: await scene.eventId() });
const newEvent = (): Asked => ({
  body: { event_name: `Concert ${randomUUID()}`, total_tickets: 1 },
});

export const EVENT_CASES: readonly AccessCase[] = [
  {
    route: 'POST /api/events/initialize',
    names: '',
    ask: newEvent,
    cells: everyone([201]),
  },
  {
    route: 'POST /api/events/initialize',
    names: '',
    eventCreators: 'organizers',
    ask: newEvent,
    cells: { ...usersAndAdmins(['FORBIDDEN'], [201]), organizer: [201] },
  },
  {
    route: 'GET /api/events/:event_id',
    names: 'an event',
    ask: event,
    cells: anyEvent(200),
  },
  {
    route: 'GET /api/events/status/:event_id',
    names: 'an event',
    ask: event,
    cells: anyEvent(200),
  },
  {
    route: 'GET /api/events',
    names: '',
    ask: () => ({}),
    cells: everyone([200]),
  },
  {
    route: 'PATCH /api/events/:event_id',
    names: 'an event',
    ask: async (scene) => ({ id: await scene.eventId(), body: { total_tickets: 5 } }),
    cells: managers(200, 'EVENT_NOT_FOUND'),
  },
  {
    route: 'PATCH /api/events/:event_id',
    names: 'an event, with `dry_run`',
    changesNothing: true,
    ask: async (scene) => ({
      id: await scene.eventId(),
      query: { dry_run: true },
      body: { total_tickets: 5 },
    }),
    cells: managers(200, 'EVENT_NOT_FOUND'),
  },
  {
    route: 'PUT /api/events/:event_id/staff/:user_id',
    names: 'an event',
    ask: async (scene) => ({
      id: await scene.eventId(),
      userId: await scene.waitingId(),
      body: { rights: ['tickets'] },
    }),
    cells: managers(200, 'EVENT_NOT_FOUND'),
  },
  {
    route: 'GET /api/events/:event_id/staff',
    names: 'an event',
    ask: event,
    cells: managers(200, 'EVENT_NOT_FOUND'),
  },
  {
    route: 'DELETE /api/events/:event_id/staff/:user_id',
    names: 'an event',
    ask: async (scene) => ({ id: await scene.eventId(), userId: await scene.staffId() }),
    cells: managers(200, 'EVENT_NOT_FOUND'),
  },
  {
    route: 'POST /api/events/:event_id/cancel',
    names: 'an event',
    ask: event,
    cells: managers(200, 'EVENT_NOT_FOUND'),
  },
  {
    route: 'GET /api/events/:event_id/me',
    names: 'an event',
    ask: event,
    cells: anyEvent(200),
  },
  {
    route: 'GET /api/admin/events/:event_id/reconcile',
    names: 'an event',
    ask: event,
    cells: usersAndAdmins(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'], [200, 200, 'EVENT_NOT_FOUND']),
  },
  {
    route: 'GET /api/admin/audit',
    names: 'an event',
    ask: async (scene) => ({ query: { event_id: await scene.eventId() } }),
    cells: managers(200, 'EVENT_NOT_FOUND'),
  },
  {
    route: 'GET /api/admin/audit',
    names: 'an account, and no event',
    ask: async (scene) => ({ query: { user_id: await scene.accountId() } }),
    cells: usersAndAdmins(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'], [200, 200, 200]),
  },
  {
    route: 'GET /api/admin/audit',
    names: '',
    ask: () => ({}),
    cells: usersAndAdmins(['FORBIDDEN'], [200]),
  },
];
