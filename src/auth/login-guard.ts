import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { ApiError } from '../errors/api-error';
import type { Metrics } from '../observability/metrics';
import { createCounter } from '../rate-limits/counters';

/** Wrong passwords in a row that are allowed without a wait. */
const FREE_ATTEMPTS = 5;
/** The wait after the first attempt beyond these; it doubles with each further attempt. */
const FIRST_DELAY_SECONDS = 1;
const MAX_DELAY_SECONDS = 15 * 60;
/** How long attempts are counted: several times the longest wait. */
const MEMORY_SECONDS = 60 * 60;
const MS_PER_SECOND = 1_000;

/**
 * Limits guesses at one account's password to about twenty an hour, from any number of addresses.
 * Treats e-mails without an account in the same way, so that it does not reveal who has one.
 */
export class LoginGuard {
  /** Attempts since the last success. */
  readonly #attempts: RateLimiterAbstract;
  /** Admits one attempt, then stays closed for the length of the wait. */
  readonly #gate: RateLimiterAbstract;

  constructor(
    redis: Redis | null,
    private readonly metrics: Metrics,
  ) {
    this.#attempts = createCounter(
      { name: 'login-attempts', points: FREE_ATTEMPTS, seconds: MEMORY_SECONDS },
      redis,
    );
    this.#gate = createCounter(
      { name: 'login-gate', points: 1, seconds: FIRST_DELAY_SECONDS },
      redis,
    );
  }

  /**
   * Runs one attempt, if the account's wait is over.
   *
   * @param check returns undefined if the password was wrong
   * @throws ApiError RATE_LIMITED while the account's wait lasts
   */
  async attempt<T>(email: string, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const key = keyOf(email);
    await this.#admit(key);
    let found: T | undefined;
    try {
      found = await check();
    } catch (error) {
      await this.#uncount(key);
      throw error;
    }
    if (found !== undefined) await this.#forgive(key);
    return found;
  }

  /** Counts an attempt before its password is checked, so that concurrent guesses count too. */
  async #admit(key: string): Promise<void> {
    const { consumedPoints } = await this.#attempts.penalty(key);
    const beyond = consumedPoints - FREE_ATTEMPTS;
    if (beyond <= 0) return;
    const customDuration = Math.min(FIRST_DELAY_SECONDS * 2 ** (beyond - 1), MAX_DELAY_SECONDS);
    try {
      await this.#gate.consume(key, 1, { customDuration });
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // No password was checked: the next wait must not grow, or anyone could lock others out.
      await this.#attempts.reward(key);
      this.metrics.rateLimited.inc({ limit: 'login-guard' });
      const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / MS_PER_SECOND));
      throw new ApiError(
        'RATE_LIMITED',
        `Too many wrong passwords for this e-mail: after ${String(FREE_ATTEMPTS)} in a row there is ` +
          `a wait before each; retry in ${String(retryAfterSeconds)} s`,
        { retryAfterSeconds },
      );
    }
  }

  /** Uncounts an attempt that failed, for example without a database: it revealed nothing. */
  async #uncount(key: string): Promise<void> {
    await Promise.all([this.#attempts.reward(key), this.#gate.delete(key)]);
  }

  /** Resets the counts after a correct password. */
  async #forgive(key: string): Promise<void> {
    await Promise.all([this.#attempts.delete(key), this.#gate.delete(key)]);
  }
}

/** Hashed, so that no e-mail is stored in Redis. */
function keyOf(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}
