import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import { Bulkhead } from '../load/bulkhead';

/** Most concurrent hashes: a flood of logins must leave processor time for other requests. */
const CONCURRENT_HASHES = Math.max(1, availableParallelism() - 1);
/** Most hashes that may wait for their turn. */
const WAITING_MAX = 100;
/** bcrypt ignores any further bytes, so longer passwords with the same start would be equal. */
const PASSWORD_BYTES_READ = 72;
/** How long a hash may wait. */
const WAIT_LIMIT_MS = 4_000;
/** By then the passwords that wait now are hashed, or their requests refused. */
const RETRY_AFTER_SECONDS = 4;

/** bcrypt with a bounded queue. */
export class PasswordHasher {
  readonly #turns: Bulkhead;
  /** The hash to compare with if no account has the e-mail. */
  readonly #dummyHash: Promise<string>;

  /** @param onRefusal called for each password that is refused because too many are waiting */
  constructor(
    private readonly rounds: number,
    onRefusal: () => void = () => undefined,
  ) {
    this.#turns = new Bulkhead({
      concurrent: CONCURRENT_HASHES,
      waitingMax: WAITING_MAX,
      waitLimitMs: WAIT_LIMIT_MS,
      message: 'Too many logins at once',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      onRefusal,
    });
    this.#dummyHash = bcrypt.hash(randomBytes(16).toString('hex'), rounds);
    // The code that awaits it reports the error.
    this.#dummyHash.catch(() => undefined);
  }

  /** @throws ApiError SERVICE_UNAVAILABLE if too many passwords are waiting */
  hash(password: string): Promise<string> {
    return this.#turns.run(() => bcrypt.hash(password, this.rounds));
  }

  /**
   * Takes the same time with and without a hash, so that the time of an answer does not reveal who
   * has an account.
   *
   * @throws ApiError SERVICE_UNAVAILABLE if too many passwords are waiting
   */
  async matches(password: string, hash: string | null | undefined): Promise<boolean> {
    const against = hash ?? (await this.#dummyHash);
    const isMatch = await this.#turns.run(() => bcrypt.compare(password, against));
    const isFullyRead = Buffer.byteLength(password) <= PASSWORD_BYTES_READ;
    return isMatch && isFullyRead && hash !== null && hash !== undefined;
  }

  /** Whether a hash was made at a lower cost than the current one. */
  isOutdated(hash: string): boolean {
    return bcrypt.getRounds(hash) < this.rounds;
  }
}
