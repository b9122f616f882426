import * as usersController from '../controllers/users.controller';
import { PageQuery, UserParams } from '../dtos/common.dto';
import { ChangeRoleBody, UpdateUserBody, UserDto } from '../dtos/users.dto';
import { mayActFor } from '../policies/accounts.policy';
import type { Actor } from '../domain/rights';
import { protectedRoute, type Route } from '../controllers/route';

const ownAccount = (actor: Actor, { params }: { params: UserParams }): boolean =>
  mayActFor(actor, params.id);

const updateUser = {
  path: '/api/users/:id',
  share: 'accounts',
  tag: 'Accounts',
  access: 'accounts:write',
  mayAsk: ownAccount,
  limit: 'accounts',
  summary: 'Change e-mail or password',
  description:
    "One's own account, or any for an admin. To change one's own password `current_password` is " +
    'needed. A new password ends every token issued before it.',
  body: UpdateUserBody,
  params: UserParams,
  success: { status: 200, description: 'The changed account', data: UserDto },
  errors: ['USER_NOT_FOUND', 'EMAIL_TAKEN', 'INVALID_CREDENTIALS'],
  handle: usersController.update,
} as const;

export const usersRoutes: readonly Route[] = [
  protectedRoute({
    method: 'get',
    path: '/api/users/me',
    share: 'shortReads',
    tag: 'Accounts',
    access: 'accounts:read',
    limit: 'profiles',
    summary: "One's own account",
    description: 'Whose token this is: the way to learn one’s own id and role.',
    success: { status: 200, description: 'The account', data: UserDto },
    handle: usersController.me,
  }),
  protectedRoute({
    method: 'get',
    path: '/api/users',
    share: 'longReads',
    tag: 'Accounts',
    access: 'accounts:list',
    limit: 'lists',
    summary: 'All accounts, for admins',
    description: 'In pages, by id. Deleted accounts are not among them.',
    query: PageQuery,
    success: { status: 200, description: 'Accounts by id', data: UserDto, isList: true },
    handle: usersController.list,
  }),
  protectedRoute({
    method: 'get',
    path: '/api/users/:id',
    share: 'shortReads',
    tag: 'Accounts',
    access: 'accounts:read',
    mayAsk: ownAccount,
    limit: 'profiles',
    summary: "An account: one's own, or any for an admin",
    description: 'Anyone else’s is refused, whether it exists or not.',
    params: UserParams,
    success: { status: 200, description: 'The account', data: UserDto },
    errors: ['USER_NOT_FOUND'],
    handle: usersController.find,
  }),
  protectedRoute({ ...updateUser, method: 'put' }),
  protectedRoute({ ...updateUser, method: 'patch' }),
  protectedRoute({
    method: 'delete',
    path: '/api/users/:id',
    // It may concern very many tickets.
    share: 'longReads',
    tag: 'Accounts',
    access: 'accounts:write',
    mayAsk: ownAccount,
    limit: 'accounts',
    summary: 'Delete an account',
    description:
      "One's own, or any for an admin; never the last admin's. In one transaction its active " +
      'tickets go to the heads of the waitlists or back to stock, its waitlist entries go, and of ' +
      'the person only a nameless row stays. Events they organized are the admins’ to manage.',
    params: UserParams,
    success: { status: 200, description: 'Gone', data: null },
    errors: ['USER_NOT_FOUND'],
    handle: usersController.deleteAccount,
  }),
  protectedRoute({
    method: 'patch',
    path: '/api/users/:id/role',
    share: 'accounts',
    tag: 'Accounts',
    access: 'accounts:change-role',
    limit: 'accounts',
    summary: 'Change a role, for admins',
    description: 'Ends every token of the account. The last admin can’t be demoted.',
    body: ChangeRoleBody,
    params: UserParams,
    success: { status: 200, description: 'The changed account', data: UserDto },
    errors: ['USER_NOT_FOUND'],
    handle: usersController.changeRole,
  }),
];
