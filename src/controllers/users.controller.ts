import type { PageQuery, UserParams } from '../dtos/common.dto';
import type { ChangeRoleBody, DeleteAccountBody, UpdateUserBody } from '../dtos/users.dto';
import { presentUser } from '../presenters/users.presenter';
import { ok, pageAnswer, type Answer } from '../presenters/answer';
import type { ActorRequest } from './request';
import type { Services } from './services';

export async function me({ users }: Services, { actor }: ActorRequest): Promise<Answer> {
  return ok('Your account', presentUser(await users.findOwn(actor)));
}

export async function find(
  { users }: Services,
  { params }: ActorRequest<unknown, unknown, UserParams>,
): Promise<Answer> {
  return ok('Account', presentUser(await users.find(params.id)));
}

export async function list(
  { users }: Services,
  { query }: ActorRequest<unknown, PageQuery>,
): Promise<Answer> {
  return pageAnswer('Accounts', query, await users.list(query), presentUser);
}

export async function update(
  { users }: Services,
  request: ActorRequest<UpdateUserBody, unknown, UserParams>,
): Promise<Answer> {
  const { email, password, current_password: currentPassword } = request.body;
  const patch = { email, password, currentPassword };
  const user = await users.update(request.params.id, patch, request);
  return ok('Account changed', presentUser(user));
}

export async function changeRole(
  { users }: Services,
  request: ActorRequest<ChangeRoleBody, unknown, UserParams>,
): Promise<Answer> {
  const { params, body } = request;
  return ok('Role changed', presentUser(await users.changeRole(params.id, body.role, request)));
}

export async function deleteAccount(
  { users }: Services,
  request: ActorRequest<DeleteAccountBody, unknown, UserParams>,
): Promise<Answer> {
  await users.deleteAccount(request.params.id, request.body.current_password, request);
  return ok('Account deleted', null);
}
