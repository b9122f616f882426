import * as usersController from '../controllers/users.controller';
import { PageQuery, UserParams } from '../dtos/common.dto';
import { ChangeRoleBody, DeleteAccountBody, UpdateUserBody, UserDto } from '../dtos/users.dto';
import { mayActFor } from '../policies/accounts.policy';
import type { Actor } from '../domain/rights';
import { protectedRoute, type Route } from '../controllers/route';

const ownAccount = (actor: Actor, { params }: { params: UserParams }): boolean =>
  mayActFor(actor, params.id);

const updateUser = {
  path: '/api/users/:id',
  tag: 'Accounts',
  access: 'accounts:write',
  mayAsk: ownAccount,
  limit: 'accounts',
  summary: 'Change e-mail or password',
  description:
    'Your own account, or any account as an admin. Changing your own password requires ' +
    '`current_password`, and so does your own e-mail, unless you logged in less than 5 minutes ago. ' +
    'A new password revokes every earlier token.',
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
    summary: 'Get your own account',
    description: 'Returns the id, e-mail and role of the account that the token belongs to.',
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
    summary: 'List accounts (admins only)',
    description: 'Paged and ordered by id. Excludes deleted accounts.',
    query: PageQuery,
    success: { status: 200, description: 'Accounts, ordered by id', data: UserDto, isList: true },
    handle: usersController.list,
  }),
  protectedRoute({
    method: 'patch',
    path: '/api/users/:id/role',
    tag: 'Accounts',
    access: 'accounts:change-role',
    limit: 'accounts',
    summary: 'Change the role of an account (admins only)',
    description: "Revokes every token of the account. The last admin can't be demoted.",
    body: ChangeRoleBody,
    params: UserParams,
    success: { status: 200, description: 'The changed account', data: UserDto },
    errors: ['USER_NOT_FOUND'],
    handle: usersController.changeRole,
  }),
  protectedRoute({
    method: 'get',
    path: '/api/users/:id',
    share: 'shortReads',
    tag: 'Accounts',
    access: 'accounts:read',
    mayAsk: ownAccount,
    limit: 'profiles',
    summary: 'Get your own account, or any account as an admin',
    description: 'Other accounts are refused with 403, whether they exist or not.',
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
    tag: 'Accounts',
    access: 'accounts:write',
    mayAsk: ownAccount,
    limit: 'accounts',
    summary: 'Delete an account',
    description:
      'Your own account, or any account as an admin, but never the last admin. One transaction ' +
      'gives its active tickets to the waitlists or back to stock, removes its waitlist entries, ' +
      'and keeps only an anonymous row. Admins manage the events that it organized. Your own ' +
      'account requires `current_password`, unless you logged in less than 5 minutes ago.',
    body: DeleteAccountBody,
    params: UserParams,
    success: { status: 200, description: 'The account is deleted', data: null },
    errors: ['USER_NOT_FOUND', 'INVALID_CREDENTIALS'],
    handle: usersController.deleteAccount,
  }),
];
