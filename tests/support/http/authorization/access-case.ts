import type { ErrorCode } from '../../../../src/errors/error-codes';
import { NEVER_BY_KEY } from '../../../../src/policies/permissions';
import { ROUTES } from '../../../../src/routes';
import type { Scene } from './stage';

/** The relation of the caller to the resource; `no token` is an anonymous caller. */
const PEOPLE = ['no token', 'stranger', 'holder', 'booker', 'organizer', 'admin'] as const;
/** And a program with an API key of the organizer, whose cells follow from the organizer's. */
export const CALLERS = [...PEOPLE, 'key'] as const;
export type Caller = (typeof CALLERS)[number];

/** Whose the resource is. `missing` is an id that does not exist. */
export const OWNERS = ['own', 'another’s', 'missing'] as const;
export type Owner = (typeof OWNERS)[number];

/** The answer to a request; null if the caller cannot have such a resource. */
export type Cell = 200 | 201 | ErrorCode | null;

/** One for each of `OWNERS`, or a single one if the request names no resource. */
export type Cells = readonly [Cell, Cell, Cell] | readonly [Cell];

export interface Asked {
  /** Fills in the route's path parameter. */
  readonly id?: number;
  /** Fills in `:user_id` beside it. */
  readonly userId?: number;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object;
}

/** One kind of request to one route, and the answer for each caller. */
export interface AccessCase {
  /** As in the route table: `PATCH /api/events/:event_id`. */
  readonly route: string;
  /** The resource that the request names. */
  readonly names: string;
  /** Who may create events; everyone by default. */
  readonly eventCreators?: 'organizers';
  /** A success changes no row. Implied for every GET. */
  readonly changesNothing?: true;
  ask(scene: Scene): Asked | Promise<Asked>;
  readonly cells: Readonly<Record<(typeof PEOPLE)[number], Cells>>;
}

/** What the answers are for a caller. */
export function cellsOf({ route, cells }: AccessCase, caller: Caller): Cells {
  if (caller !== 'key') return cells[caller];
  const { access } = ROUTES.find(
    ({ method, path }) => route === `${method.toUpperCase()} ${path}`,
  )!;
  const isRefused = access !== 'public' && NEVER_BY_KEY.has(access);
  const refused = (cell: Cell): Cell => (cell === null ? null : 'FORBIDDEN');
  return isRefused ? (cells.organizer.map(refused) as unknown as Cells) : cells.organizer;
}

/** The owners that a row of cells is about. */
export function ownersIn(cells: Cells): readonly Owner[] {
  return cells.length === 1 ? ['own'] : OWNERS;
}

/** The same for everyone who is logged in. */
export function everyone(cells: Cells): AccessCase['cells'] {
  return {
    'no token': nobody(cells),
    stranger: cells,
    holder: cells,
    booker: cells,
    organizer: cells,
    admin: cells,
  };
}

/** The same for every user, and a different one for admins. */
export function usersAndAdmins(users: Cells, admin: Cells): AccessCase['cells'] {
  return { ...everyone(users), admin };
}

/**
 * What only the organizer and admins may do.
 *
 * @param missing the answer for a resource that does not exist
 */
export function managers(success: 200 | 201, missing: ErrorCode): AccessCase['cells'] {
  const others = ['FORBIDDEN', 'FORBIDDEN', missing] as const;
  return {
    'no token': nobody(others),
    stranger: [null, 'FORBIDDEN', missing],
    holder: others,
    booker: others,
    organizer: [success, 'FORBIDDEN', missing],
    admin: [success, success, missing],
  };
}

/** What everyone may do with any existing event. */
export function anyEvent(success: 200 | 201): AccessCase['cells'] {
  return {
    ...everyone([success, success, 'EVENT_NOT_FOUND']),
    stranger: [null, success, 'EVENT_NOT_FOUND'],
  };
}

/** What people may do for themselves, and admins for any existing account. */
export function ownAccount(success: 200 | 201): AccessCase['cells'] {
  return usersAndAdmins([success, 'FORBIDDEN', 'FORBIDDEN'], [success, success, 'USER_NOT_FOUND']);
}

function nobody({ length }: Cells): Cells {
  return length === 1
    ? ['UNAUTHENTICATED']
    : ['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED'];
}
