import * as authController from '../controllers/auth.controller';
import { LoginBody, LoginDto, SignupBody, UserDto } from '../dtos/users.dto';
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
  protectedRoute({
    method: 'post',
    path: '/api/auth/logout',
    tag: 'Accounts',
    access: 'accounts:write',
    limit: 'accounts',
    summary: 'Log out everywhere',
    description: 'Revokes every token of the account.',
    success: { status: 200, description: 'Every token is revoked', data: null },
    handle: authController.logOut,
  }),
];
