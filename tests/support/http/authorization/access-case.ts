import type { ErrorCode } from '../../../../src/errors/error-codes';
import type { Scene } from './stage';

/** What somebody is to the thing that a request is about; `no token` is nobody at all. */
export const CALLERS = ['no token', 'stranger', 'holder', 'booker', 'organizer', 'admin'] as const;
export type Caller = (typeof CALLERS)[number];

/** Whose the thing is. `missing` is an id that nothing has. */
export const OWNERS = ['own', 'another’s', 'missing'] as const;
export type Owner = (typeof OWNERS)[number];

/** How a request is answered; null where the caller has no such thing. */
export type Cell = 200 | 201 | ErrorCode | null;

/** One for each of `OWNERS`, or a single one where the request names no thing. */
export type Cells = readonly [Cell, Cell, Cell] | readonly [Cell];

export interface Asked {
  /** Fills in the route's path parameter. */
  readonly id?: number;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object;
}

/** One way of asking one route, and what each caller must be answered. */
export interface AccessCase {
  /** As the route table has it: `PATCH /api/events/:event_id`. */
  readonly route: string;
  /** What the request names, whose owner makes the difference. */
  readonly names: string;
  /** Who may create events; everyone where left out. */
  readonly eventCreators?: 'organizers';
  /** A success changes no row. That goes for every GET without saying. */
  readonly changesNothing?: true;
  ask(scene: Scene): Asked | Promise<Asked>;
  readonly cells: Readonly<Record<Caller, Cells>>;
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

/** The same for every user, and something else for admins. */
export function usersAndAdmins(users: Cells, admin: Cells): AccessCase['cells'] {
  return { ...everyone(users), admin };
}

/**
 * What is the organizer's and the admins' to do.
 *
 * @param missing what they are answered who name a thing that is not there
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

/** What is anyone's to do with any event that exists. */
export function anyEvent(success: 200 | 201): AccessCase['cells'] {
  return {
    ...everyone([success, success, 'EVENT_NOT_FOUND']),
    stranger: [null, success, 'EVENT_NOT_FOUND'],
  };
}

/** What is only one's own to do, where admins act for anyone who exists. */
export function ownAccount(success: 200 | 201): AccessCase['cells'] {
  return usersAndAdmins([success, 'FORBIDDEN', 'FORBIDDEN'], [success, success, 'USER_NOT_FOUND']);
}

function nobody({ length }: Cells): Cells {
  return length === 1
    ? ['UNAUTHENTICATED']
    : ['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED'];
}
