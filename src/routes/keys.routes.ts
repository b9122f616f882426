import * as keysController from '../controllers/keys.controller';
import { protectedRoute, type Route } from '../controllers/route';
import { PageQuery } from '../dtos/common.dto';
import { KeyDto, KeyParams, MadeKeyDto, MakeKeyBody } from '../dtos/keys.dto';

const PATH = '/api/users/me/keys';

export const keysRoutes: readonly Route[] = [
  protectedRoute({
    method: 'post',
    path: PATH,
    tag: 'Keys',
    access: 'keys:manage',
    limit: 'accounts',
    summary: 'Make an API key (organizers, agents, admins)',
    description:
      'A program sends it in place of a token and has the rights of your account, except that it can ' +
      'neither change accounts nor make or end keys. It lasts until it expires, you end it, or the ' +
      'account is deleted. At most 20 an account.',
    body: MakeKeyBody,
    success: { status: 201, description: 'The key, shown this once', data: MadeKeyDto },
    handle: keysController.make,
  }),
  protectedRoute({
    method: 'get',
    path: PATH,
    share: 'shortReads',
    tag: 'Keys',
    access: 'keys:manage',
    limit: 'lists',
    summary: 'List your API keys',
    description: 'Ordered by id, each with its start in place of the key.',
    query: PageQuery,
    success: { status: 200, description: 'Keys, ordered by id', data: KeyDto, isList: true },
    handle: keysController.list,
  }),
  protectedRoute({
    method: 'delete',
    path: `${PATH}/:id`,
    tag: 'Keys',
    access: 'keys:manage',
    limit: 'accounts',
    summary: 'End an API key',
    description: 'It is refused from now on: at once here, within a second by other processes.',
    params: KeyParams,
    success: { status: 200, description: 'The key has ended', data: null },
    errors: ['KEY_NOT_FOUND'],
    handle: keysController.end,
  }),
];
