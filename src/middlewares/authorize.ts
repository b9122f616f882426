import { requireAllowed } from '../policies/accounts.policy';
import { NEVER_BY_KEY, type PermissionTable } from '../policies/permissions';
import type { ProtectedRoute } from '../controllers/route';
import { requestIn, type ApiHandler } from './locals';

/** Requires that the role has the route's permission and that `mayAsk`, if any, allows the request. */
export function authorize(table: PermissionTable, route: ProtectedRoute): ApiHandler {
  return (_request, { locals }, next) => {
    const { actor, credential } = locals;
    if (!actor || !credential) throw new Error('Authorizing needs an actor');
    requireAllowed(table[actor.role].has(route.access), 'Your role does not permit this');
    const isByKey = credential.kind === 'key';
    requireAllowed(!(isByKey && NEVER_BY_KEY.has(route.access)), 'An API key may not do this');
    const mayAsk = route.mayAsk?.(actor, requestIn(locals)) ?? true;
    requireAllowed(mayAsk, 'You may only do this for yourself');
    next();
  };
}
