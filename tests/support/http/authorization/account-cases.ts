import { randomUUID } from 'node:crypto';
import { PASSWORD } from '../../../factories/people';
import {
  everyone,
  ownAccount,
  usersAndAdmins,
  type AccessCase,
  type Asked,
  type Cells,
} from './access-case';
import type { Scene } from './stage';

const NEW_PASSWORD = 'another good password';
const newEmail = (): string => `${randomUUID()}@example.com`;

const account = async (scene: Scene): Promise<Asked> => ({ id: await scene.accountId() });
const withNewEmail = async (scene: Scene): Promise<Asked> => ({
  id: await scene.accountId(),
  body: { email: newEmail() },
});
const withNewPassword = async (scene: Scene): Promise<Asked> => ({
  id: await scene.accountId(),
  body: { password: NEW_PASSWORD, current_password: PASSWORD },
});

/** The password of an account is enough, whatever the token. */
const byPassword: Cells = [200, 'INVALID_CREDENTIALS', 'INVALID_CREDENTIALS'];

/** Users have no keys; organizers and admins have their own. */
function keyOwners(cells: Cells): AccessCase['cells'] {
  const refused = cells.length === 1 ? (['FORBIDDEN'] as const) : FORBIDDEN_FOR_ALL;
  return { ...usersAndAdmins(refused, cells), organizer: cells };
}

const FORBIDDEN_FOR_ALL = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'] as const;
const byRefreshToken: Cells = [200, 200, 'INVALID_TOKEN'];

export const ACCOUNT_CASES: readonly AccessCase[] = [
  {
    route: 'POST /api/auth/signup',
    names: '',
    ask: () => ({ body: { email: newEmail(), password: PASSWORD } }),
    cells: { ...everyone([201]), 'no token': [201] },
  },
  {
    route: 'POST /api/auth/login',
    names: 'an e-mail, with the password of the caller’s own account',
    ask: async (scene) => ({
      body: {
        email: await scene.email(),
        password: scene.owner === 'own' ? PASSWORD : NEW_PASSWORD,
      },
    }),
    cells: { ...everyone(byPassword), 'no token': byPassword },
  },
  {
    route: 'POST /api/auth/refresh',
    names: 'a refresh token: whoever has it',
    ask: async (scene) => ({ body: { refresh_token: await scene.refreshToken() } }),
    cells: { ...everyone(byRefreshToken), 'no token': byRefreshToken },
  },
  {
    route: 'POST /api/auth/logout',
    names: '',
    ask: () => ({}),
    cells: everyone([200]),
  },
  {
    route: 'POST /api/auth/logout',
    names: 'the caller’s own session, by `refresh_token`',
    ask: async (scene) => ({ body: { refresh_token: await scene.refreshToken() } }),
    cells: everyone([200]),
  },
  {
    route: 'POST /api/auth/logout',
    names: 'another’s session, by `refresh_token`; it goes on',
    changesNothing: true,
    ask: async (scene) => ({ body: { refresh_token: await scene.refreshTokenOfOther() } }),
    cells: everyone([200]),
  },
  {
    route: 'POST /api/users/me/keys',
    names: '',
    ask: () => ({ body: { name: 'A program' } }),
    cells: keyOwners([201]),
  },
  {
    route: 'GET /api/users/me/keys',
    names: '',
    ask: () => ({}),
    cells: keyOwners([200]),
  },
  {
    route: 'DELETE /api/users/me/keys/:id',
    names: 'a key',
    ask: async (scene) => ({ id: await scene.keyId() }),
    cells: keyOwners([200, 'KEY_NOT_FOUND', 'KEY_NOT_FOUND']),
  },
  {
    route: 'GET /api/users/me',
    names: '',
    ask: () => ({}),
    cells: everyone([200]),
  },
  {
    route: 'GET /api/users',
    names: '',
    ask: () => ({}),
    cells: usersAndAdmins(['FORBIDDEN'], [200]),
  },
  {
    route: 'GET /api/users/:id',
    names: 'an account',
    ask: account,
    cells: ownAccount(200),
  },
  ...(['PUT', 'PATCH'] as const).flatMap((method): AccessCase[] => [
    {
      route: `${method} /api/users/:id`,
      names: 'an account, for a new e-mail',
      ask: withNewEmail,
      cells: ownAccount(200),
    },
    {
      route: `${method} /api/users/:id`,
      names: 'an account, for a new password',
      ask: withNewPassword,
      cells: ownAccount(200),
    },
  ]),
  {
    route: 'DELETE /api/users/:id',
    names: 'an account',
    ask: account,
    cells: ownAccount(200),
  },
  {
    route: 'PATCH /api/users/:id/role',
    names: 'an account',
    ask: async (scene) => ({ id: await scene.accountId(), body: { role: 'organizer' } }),
    // Only admins, so no one else learns which accounts exist.
    cells: usersAndAdmins(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'], [200, 200, 'USER_NOT_FOUND']),
  },
];
