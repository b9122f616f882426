import { requireAllowed } from '../policies/accounts.policy';
import type { PermissionTable } from '../policies/permissions';
import type { ProtectedRoute } from '../controllers/route';
import { requestIn, type ApiHandler } from './locals';

/** Requires that the role has the route's permission and that `mayAsk`, if any, allows the request. */
export function authorize(table: PermissionTable, route: ProtectedRoute): ApiHandler {
  return (_request, { locals }, next) => {
    const { actor } = locals;
    if (!actor) throw new Error('Authorizing needs an actor');
    requireAllowed(table[actor.role].has(route.access), 'Your role does not permit this');
    const mayAsk = route.mayAsk?.(actor, requestIn(locals)) ?? true;
    requireAllowed(mayAsk, 'You may only do this for yourself');
    next();
  };
}
