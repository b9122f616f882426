import bcrypt from 'bcrypt';
import type { ApiError } from '../../src/errors/api-error';
import { PasswordHasher } from '../../src/auth/password-hasher';

const ROUNDS = 4;
/** How many may wait for their turn. */
const WAITING_MAX = 100;

describe('the password hasher', () => {
  const hasher = new PasswordHasher(ROUNDS);

  it('hashes at the configured cost', async () => {
    expect(bcrypt.getRounds(await new PasswordHasher(5).hash('a password'))).toBe(5);
    expect(bcrypt.getRounds(await hasher.hash('a password'))).toBe(ROUNDS);
  });

  it('salts: one password has a new hash each time', async () => {
    expect(await hasher.hash('a password')).not.toBe(await hasher.hash('a password'));
  });

  it('lets a hundred wait, refuses the others at once, and recovers afterwards', async () => {
    const flood = await Promise.allSettled(
      Array.from({ length: WAITING_MAX + 50 }, () => hasher.matches('a password', null)),
    );

    const refused = flood.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as ApiError] : [],
    );
    expect(refused).toHaveLength(50);
    for (const { code, retryAfterSeconds } of refused) {
      expect(code).toBe('SERVICE_UNAVAILABLE');
      expect(retryAfterSeconds).toBeGreaterThan(0);
    }
    expect(await hasher.matches('a password', await hasher.hash('a password'))).toBe(true);
  });

  it('matches no password that is longer than bcrypt reads, and none without a hash', async () => {
    const longest = 'x'.repeat(72);
    const hash = await hasher.hash(longest);

    expect(await hasher.matches(longest, hash)).toBe(true);
    expect(await hasher.matches(`${longest}y`, hash)).toBe(false);
    expect(await hasher.matches('', null)).toBe(false);
    expect(await hasher.matches(longest, undefined)).toBe(false);
  });

  it('does as much work if there is no account: it compares with a hash of the same cost', async () => {
    const compare = jest.spyOn(bcrypt, 'compare');
    try {
      await hasher.matches('a password', undefined);
      await hasher.matches('a password', await hasher.hash('another one'));
      const costs = compare.mock.calls.map(([, hash]) => bcrypt.getRounds(hash));
      expect(costs).toEqual([ROUNDS, ROUNDS]);
    } finally {
      compare.mockRestore();
    }
  });
});
