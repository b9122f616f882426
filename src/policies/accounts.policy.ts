import { ApiError } from '../errors/api-error';
import type { Actor } from '../domain/rights';

/** Everyone may act for themselves and on their own account; an admin for everyone. */
export function mayActFor(actor: Actor, userId: number): boolean {
  return actor.id === userId || actor.role === 'admin';
}

/** The same for a request whose body may name the person to act for. */
export function forOneself(
  actor: Actor,
  { body }: { readonly body: { readonly user_id?: number } },
): boolean {
  return mayActFor(actor, body.user_id ?? actor.id);
}

/** @throws ApiError FORBIDDEN if a policy does not allow it */
export function requireAllowed(isAllowed: boolean, message: string): void {
  if (!isAllowed) throw new ApiError('FORBIDDEN', message);
}
