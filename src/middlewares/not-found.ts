import { ApiError } from '../errors/api-error';
import type { ApiHandler } from './locals';

export const notFound: ApiHandler = ({ method, path }) => {
  throw new ApiError('ROUTE_NOT_FOUND', `No route ${method} ${path}`);
};

/** For a path that exists, but not with this method. */
export function methodNotAllowed(methods: readonly string[]): ApiHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
  return ({ method }) => {
    throw new ApiError(
      'METHOD_NOT_ALLOWED',
      `${method} is not allowed for this path; allowed: ${allow}`,
      {
        headers: { Allow: allow },
      },
    );
  };
}
