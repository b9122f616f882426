import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import { serviceUnavailable } from '../errors/api-error';
import { Semaphore } from './semaphore';

/** Hashes at the same time: a flood of logins must leave processors to everyone else. */
const CONCURRENT_HASHES = Math.max(1, availableParallelism() - 1);
/** Hashes that may wait for their turn. */
const WAITING_MAX = 100;
/** What follows is not read by bcrypt, so that longer passwords would all be alike. */
const PASSWORD_BYTES_READ = 72;
/** How long one may wait. */
const WAIT_LIMIT_MS = 4_000;

/** bcrypt in a bounded line. */
export class PasswordHasher {
  readonly #turns = new Semaphore(CONCURRENT_HASHES);
  #waiting = 0;
  /** The hash that a password is compared with where no account has the e-mail. */
  readonly #nobody: Promise<string>;

  constructor(private readonly rounds: number) {
    this.#nobody = bcrypt.hash(randomBytes(16).toString('hex'), rounds);
    // Reported by whoever awaits it.
    this.#nobody.catch(() => undefined);
  }

  /** @throws ApiError SERVICE_UNAVAILABLE when too many passwords wait */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => bcrypt.hash(password, this.rounds));
  }

  /**
   * Takes the same time whether there is a hash or not, so that an answer does not tell who has an
   * account.
   *
   * @throws ApiError SERVICE_UNAVAILABLE when too many passwords wait
   */
  async matches(password: string, hash: string | null | undefined): Promise<boolean> {
    const against = hash ?? (await this.#nobody);
    const isMatch = await this.#inTurn(() => bcrypt.compare(password, against));
    const isWholeRead = Buffer.byteLength(password) <= PASSWORD_BYTES_READ;
    return isMatch && isWholeRead && hash !== null && hash !== undefined;
  }

  /** Whether a hash was made at a lower cost than the one set now. */
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
