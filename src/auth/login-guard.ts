import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { ApiError } from '../errors/api-error';
import type { Metrics } from '../observability/metrics';
import { createCounter } from '../rate-limits/counters';

/** Wrong passwords in a row that cost no waiting. */
const FREE_ATTEMPTS = 5;
/** The wait after the first attempt beyond them; it doubles with each further one. */
const FIRST_DELAY_SECONDS = 1;
const MAX_DELAY_SECONDS = 15 * 60;
/** How long attempts are remembered: several times the longest wait. */
const MEMORY_SECONDS = 60 * 60;
const MS_PER_SECOND = 1_000;

/**
 * Slows down whoever guesses the password of one account, from however many addresses: about twenty
 * guesses an hour. It treats e-mails that have no account alike, so that it tells nothing.
 */
export class LoginGuard {
  /** Attempts since the last success. */
  readonly #attempts: RateLimiterAbstract;
  /** One attempt at a time, then closed for as long as the wait. */
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
   * @param check undefined says that the password was wrong
   * @throws ApiError RATE_LIMITED while the account's wait lasts
   */
  async attempt<T>(email: string, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const key = keyOf(email);
    await this.#admit(key);
    let found: T | undefined;
    try {
      found = await check();
    } catch (error) {
      await this.#withdraw(key);
      throw error;
    }
    if (found !== undefined) await this.#forgive(key);
    return found;
  }

  /** Counts an attempt before its password is looked at: guesses sent at the same time count too. */
  async #admit(key: string): Promise<void> {
    const { consumedPoints } = await this.#attempts.penalty(key);
    const beyond = consumedPoints - FREE_ATTEMPTS;
    if (beyond <= 0) return;
    const customDuration = Math.min(FIRST_DELAY_SECONDS * 2 ** (beyond - 1), MAX_DELAY_SECONDS);
    try {
      await this.#gate.consume(key, 1, { customDuration });
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // Nothing was tried: the next wait must not grow by it, or anyone could lock others out.
      await this.#attempts.reward(key);
      this.metrics.rateLimited.inc({ limit: 'login-guard' });
      throw new ApiError('RATE_LIMITED', 'Too many wrong passwords: wait before the next try', {
        retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / MS_PER_SECOND)),
      });
    }
  }

  /** An attempt that came to nothing, such as with the database away, told nobody anything. */
  async #withdraw(key: string): Promise<void> {
    await Promise.all([this.#attempts.reward(key), this.#gate.delete(key)]);
  }

  /** Whoever knew the password starts afresh. */
  async #forgive(key: string): Promise<void> {
    await Promise.all([this.#attempts.delete(key), this.#gate.delete(key)]);
  }
}

/** E-mails stay out of Redis. */
function keyOf(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}
