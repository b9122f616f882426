import type { PageQuery } from '../dtos/common.dto';
import type { KeyParams, MakeKeyBody } from '../dtos/keys.dto';
import { created, ok, pageAnswer, type Answer } from '../presenters/answer';
import { presentKey, presentMadeKey } from '../presenters/keys.presenter';
import type { ActorRequest } from './request';
import type { Services } from './services';

export async function make(
  { apiKeys }: Services,
  request: ActorRequest<MakeKeyBody>,
): Promise<Answer> {
  const { name, expires_at: end = null } = request.body;
  const expiresAt = end === null ? null : new Date(end);
  return created('Key made', presentMadeKey(await apiKeys.make({ name, expiresAt }, request)));
}

export async function list(
  { apiKeys }: Services,
  { actor, query }: ActorRequest<unknown, PageQuery>,
): Promise<Answer> {
  return pageAnswer('Your keys', query, await apiKeys.list(actor, query), presentKey);
}

export async function end(
  { apiKeys }: Services,
  request: ActorRequest<unknown, unknown, KeyParams>,
): Promise<Answer> {
  await apiKeys.end(request.params.id, request);
  return ok('Key ended', null);
}
