import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import { serviceUnavailable } from '../errors/api-error';
import { Semaphore } from './semaphore';

/** Most concurrent hashes: a flood of logins must leave processor time for other requests. */
const CONCURRENT_HASHES = Math.max(1, availableParallelism() - 1);
/** Most hashes that may wait for their turn. */
const WAITING_MAX = 100;
/** bcrypt ignores any further bytes, so longer passwords with the same start would be equal. */
const PASSWORD_BYTES_READ = 72;
/** How long a hash may wait. */
const WAIT_LIMIT_MS = 4_000;

/** bcrypt with a bounded queue. */
export class PasswordHasher {
  readonly #turns = new Semaphore(CONCURRENT_HASHES);
  #waiting = 0;
  /** The hash to compare with if no account has the e-mail. */
  readonly #dummyHash: Promise<string>;

  constructor(private readonly rounds: number) {
    this.#dummyHash = bcrypt.hash(randomBytes(16).toString('hex'), rounds);
    // The code that awaits it reports the error.
    this.#dummyHash.catch(() => undefined);
  }

  /** @throws ApiError SERVICE_UNAVAILABLE if too many passwords are waiting */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => bcrypt.hash(password, this.rounds));
  }

  /**
   * Takes the same time with and without a hash, so that the time of an answer does not reveal who
   * has an account.
   *
   * @throws ApiError SERVICE_UNAVAILABLE if too many passwords are waiting
   */
  async matches(password: string, hash: string | null | undefined): Promise<boolean> {
    const against = hash ?? (await this.#dummyHash);
    const isMatch = await this.#inTurn(() => bcrypt.compare(password, against));
    const isFullyRead = Buffer.byteLength(password) <= PASSWORD_BYTES_READ;
    return isMatch && isFullyRead && hash !== null && hash !== undefined;
  }

  /** Whether a hash was made at a lower cost than the current one. */
  isOutdated(hash: string): boolean {
    return bcrypt.getRounds(hash) < this.rounds;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_MAX) throw serviceUnavailable('Too many logins at once');
    const arrivedAt = performance.now();
    this.#waiting += 1;
    await this.#turns.enter();
    this.#waiting -= 1;
    try {
      if (performance.now() - arrivedAt > WAIT_LIMIT_MS) {
        throw serviceUnavailable('Too many logins at once');
      }
      return await work();
    } finally {
      this.#turns.leave();
    }
  }
}
