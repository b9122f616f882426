import ipaddr from 'ipaddr.js';
import { ApiError } from '../errors/api-error';
import type { Limit, LimitName } from '../config/limits';
import type { Allowance, RateLimiter } from '../rate-limits/rate-limiter';
import type { ApiHandler, ApiResponse, Locals } from './locals';

/** The 16-bit parts of an IPv6 address that identify a network: a household gets a whole /64. */
const IPV6_NETWORK_PARTS = 4;

/** Rejects requests over the limit, and reports in each answer how many requests remain. */
export function rateLimit(limiter: RateLimiter, name: LimitName): ApiHandler {
  const limit = limiter.limits[name];
  return async (request, response, next) => {
    const { locals } = response;
    const key = (limit.by === 'account' && callerIn(locals)) || networkOf(request.ip);
    const allowance = await limiter.take(name, key);
    tell(response, limit, allowance);
    if (!allowance.isAllowed) {
      const { requests, seconds, by } = limit;
      throw new ApiError(
        'RATE_LIMITED',
        `Too many requests: the limit "${name}" is ${String(requests)} in ${String(seconds)} s for ` +
          `each ${by}; retry in ${String(allowance.resetSeconds)} s`,
        { retryAfterSeconds: allowance.resetSeconds },
      );
    }
    if (limit.successesForOne !== undefined) {
      locals.beforeSuccess = async () => {
        tell(response, limit, await limiter.giveBack(name, key, allowance));
      };
      // Whoever was refused because the server is busy, and asks again as told, must not reach the limit.
      response.once('finish', () => {
        if (response.statusCode === 503) void limiter.giveBack(name, key, allowance);
      });
    }
    next();
  };
}

/** The account or, of requests with an API key, the key: each is counted by itself. */
function callerIn({ actor, credential }: Locals): string | undefined {
  return credential?.kind === 'key' ? `key ${String(credential.keyId)}` : actor && String(actor.id);
}

function tell(
  response: ApiResponse,
  { requests, seconds }: Limit,
  { remaining, resetSeconds }: Allowance,
): void {
  response.set({
    'RateLimit-Limit': String(requests),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(resetSeconds),
    'RateLimit-Policy': `${String(requests)};w=${String(seconds)}`,
  });
}

/** The address, or for IPv6 its network: a client that has one address there has all of them. */
function networkOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? parsed.parts.slice(0, IPV6_NETWORK_PARTS).join(':')
    : parsed.toString();
}
