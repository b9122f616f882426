import type { LoginBody, LogoutBody, RefreshBody, SignupBody } from '../dtos/users.dto';
import { presentLogin, presentTokenPair, presentUser } from '../presenters/users.presenter';
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

export async function refresh(
  { sessions }: Services,
  { body }: ApiRequest<RefreshBody>,
): Promise<Answer> {
  return ok('A new pair of tokens', presentTokenPair(await sessions.refresh(body.refresh_token)));
}

export async function logOut(
  { auth, sessions }: Services,
  { actor, body: { refresh_token: refreshToken } }: ActorRequest<LogoutBody>,
): Promise<Answer> {
  if (refreshToken === undefined) {
    await auth.logOut(actor);
    return ok('Logged out everywhere', null);
  }
  await sessions.end(actor.id, refreshToken);
  return ok('Logged out on this device', null);
}
