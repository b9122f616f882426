import * as authController from '../controllers/auth.controller';
import {
  LoginBody,
  LoginDto,
  LogoutBody,
  RefreshBody,
  SignupBody,
  TokenPairDto,
  UserDto,
} from '../dtos/users.dto';
import { protectedRoute, publicRoute, type Route } from '../controllers/route';

export const authRoutes: readonly Route[] = [
  publicRoute({
    method: 'post',
    path: '/api/auth/signup',
    tag: 'Sign-in',
    summary: 'Sign up',
    description:
      'A new account has the role `user`. The e-mail is trimmed and lower-cased; it must be unique.',
    limit: 'signup',
    body: SignupBody,
    success: { status: 201, description: 'The new account', data: UserDto },
    errors: ['EMAIL_TAKEN'],
    handle: authController.signUp,
  }),
  publicRoute({
    method: 'post',
    path: '/api/auth/login',
    tag: 'Sign-in',
    summary: 'Log in and get a token',
    description:
      'Copy `data.token` into "Authorize". The answer is the same for an unknown e-mail and a ' +
      'wrong password.',
    limit: 'login',
    body: LoginBody,
    success: { status: 200, description: 'The token and its account', data: LoginDto },
    errors: ['INVALID_CREDENTIALS'],
    handle: authController.logIn,
  }),
  publicRoute({
    method: 'post',
    path: '/api/auth/refresh',
    tag: 'Sign-in',
    summary: 'Get a new pair of tokens',
    description:
      'Uses up the refresh token: keep the new one. If the answer is lost, the same request gets the ' +
      'same pair again for 10 seconds. A refresh token that is used again later ends its whole ' +
      'session, because someone has a copy of it.',
    limit: 'refresh',
    body: RefreshBody,
    success: { status: 200, description: 'The new pair', data: TokenPairDto },
    errors: ['INVALID_TOKEN'],
    handle: authController.refresh,
  }),
  protectedRoute({
    method: 'post',
    path: '/api/auth/logout',
    tag: 'Accounts',
    access: 'accounts:write',
    limit: 'accounts',
    summary: 'Log out on one device, or everywhere',
    description:
      'With `refresh_token`, its session can no longer be refreshed, and a token that it has ' +
      'yielded lasts until it expires. Without it, every token of the account ends at once.',
    body: LogoutBody,
    success: { status: 200, description: 'The session or every token has ended', data: null },
    handle: authController.logOut,
  }),
];
