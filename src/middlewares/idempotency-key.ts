import { createHash } from 'node:crypto';
import { validationFailed } from '../errors/api-error';
import type { Route } from '../controllers/route';
import type { ApiHandler } from './locals';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the Idempotency-Key. The transaction of the effect looks it up. If it were looked up earlier,
 * two requests could both find nothing.
 */
export function idempotencyKey({ method, path }: Route): ApiHandler {
  const route = `${method.toUpperCase()} ${path}`;
  return ({ headers }, { locals }, next) => {
    const key = headers['idempotency-key'];
    if (key !== undefined) {
      if (typeof key !== 'string' || !KEY.test(key)) {
        throw validationFailed({
          field: 'Idempotency-Key',
          message: 'Idempotency-Key must be 1 to 255 visible ASCII characters',
        });
      }
      const { actor, params, query, body } = locals;
      if (!actor) throw new Error('An idempotent route needs an actor');
      const fingerprint = fingerprintOf([params, query, body]);
      locals.idempotencyKey = { userId: actor.id, route, key, fingerprint };
    }
    next();
  };
}

/** The same input gives the same fingerprint, whatever the order of its fields. */
function fingerprintOf(input: readonly object[]): string {
  const sorted = input.map((part) => Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
