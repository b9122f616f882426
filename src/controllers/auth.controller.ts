import type { LoginBody, SignupBody } from '../dtos/users.dto';
import { presentLogin, presentUser } from '../presenters/users.presenter';
import { created, ok, type Answer } from '../presenters/answer';
import type { ActorRequest, ApiRequest } from './request';
import type { Services } from './services';

export async function signUp(
  { auth }: Services,
  { body }: ApiRequest<SignupBody>,
): Promise<Answer> {
  return created('Account created', presentUser(await auth.signUp(body)));
}

export async function logIn({ auth }: Services, { body }: ApiRequest<LoginBody>): Promise<Answer> {
  return ok('Logged in', presentLogin(await auth.logIn(body)));
}

export async function logOut({ auth }: Services, { actor }: ActorRequest): Promise<Answer> {
  await auth.logOut(actor);
  return ok('Logged out everywhere', null);
}
