import { Metrics } from '../../src/observability/metrics';
import { LoginGuard } from '../../src/auth/login-guard';

const EMAIL = 'ada@example.com';
const FREE_ATTEMPTS = 5;
const SECOND_MS = 1_000;
const HOUR_SECONDS = 3_600;

const wrong = (): Promise<undefined> => Promise.resolve(undefined);
const right = (): Promise<string> => Promise.resolve('the account');

describe('guessing the password of one account', () => {
  let metrics: Metrics;
  let guard: LoginGuard;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    metrics = new Metrics();
    guard = new LoginGuard(null, metrics);
  });
  afterEach(() => {
    metrics.close();
    jest.useRealTimers();
  });

  /** Seconds that the next attempt has to wait; 0 if it was let through and wrong. */
  async function guess(email = EMAIL): Promise<number> {
    try {
      await guard.attempt(email, wrong);
      return 0;
    } catch (error) {
      return (error as { retryAfterSeconds: number }).retryAfterSeconds;
    }
  }

  async function useUpFreeAttempts(): Promise<void> {
    for (let attempt = 1; attempt <= FREE_ATTEMPTS; attempt += 1) expect(await guess()).toBe(0);
  }

  it('waits twice as long after each wrong one, up to a quarter of an hour', async () => {
    await useUpFreeAttempts();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      expect(await guess()).toBe(0);
      const wait = await guess();
      waits.push(wait);
      jest.advanceTimersByTime(wait * SECOND_MS);
    }

    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  });

  it('allows about twenty tries an hour, however many are made', async () => {
    let tries = 0;
    for (let second = 0; second < HOUR_SECONDS; second += 1) {
      if ((await guess()) === 0) tries += 1;
      jest.advanceTimersByTime(SECOND_MS);
    }

    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThanOrEqual(20);
  });

  it('does not slow down another account', async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) await guess();

    expect(await guess()).toBeGreaterThan(0);
    expect(await guess('grace@example.com')).toBe(0);
  });

  it('is forgotten after the right one', async () => {
    await useUpFreeAttempts();

    expect(await guard.attempt(EMAIL, right)).toBe('the account');

    await useUpFreeAttempts();
  });

  it('does not count attempts that the database or the queue refused', async () => {
    const fault = new Error('The database is away');
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await expect(guard.attempt(EMAIL, () => Promise.reject(fault))).rejects.toBe(fault);
    }

    await useUpFreeAttempts();
  });
});
