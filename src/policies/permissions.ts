import type { Role } from '../domain/rights';

/** What a route can require. Policies check ownership of the row. */
export type Permission =
  | 'accounts:read'
  | 'accounts:write'
  | 'accounts:list'
  | 'accounts:change-role'
  | 'keys:manage'
  | 'events:read'
  | 'events:create'
  | 'events:manage'
  | 'tickets:read'
  | 'tickets:book'
  | 'tickets:cancel'
  | 'waitlists:read'
  | 'waitlists:join'
  | 'waitlists:leave'
  | 'waitlists:prioritize'
  | 'audit:read'
  | 'reconcile:read';

const USER: readonly Permission[] = [
  'accounts:read',
  'accounts:write',
  'events:read',
  // A former organizer may still manage the events they created.
  'events:manage',
  'tickets:read',
  'tickets:book',
  'tickets:cancel',
  'waitlists:read',
  'waitlists:join',
  'waitlists:leave',
  'waitlists:prioritize',
  'audit:read',
];

const ORGANIZER: readonly Permission[] = [...USER, 'events:create', 'keys:manage'];

const ADMIN: readonly Permission[] = [
  ...ORGANIZER,
  'accounts:list',
  'accounts:change-role',
  'reconcile:read',
];

export type PermissionTable = Readonly<Record<Role, ReadonlySet<Permission>>>;

/** The permissions of each role. Anything not listed is denied. */
export function permissionTable(eventCreators: 'everyone' | 'organizers'): PermissionTable {
  return {
    user: new Set(eventCreators === 'everyone' ? [...USER, 'events:create'] : USER),
    organizer: new Set(ORGANIZER),
    admin: new Set(ADMIN),
  };
}

/** What an API key may not do, whatever the role of its account: a leaked key must not make others. */
export const NEVER_BY_KEY: ReadonlySet<Permission> = new Set([
  'accounts:write',
  'accounts:change-role',
  'keys:manage',
]);
