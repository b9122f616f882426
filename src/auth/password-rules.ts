import { dictionary } from '@zxcvbn-ts/language-common';
import { validationFailed } from '../errors/api-error';

/** Characters around a word that do not make it stronger: digits, punctuation, spaces. */
const AROUND_WORDS = /^[^\p{L}]+|[^\p{L}]+$/gu;

/** Rejects passwords that are long enough but easy to guess. */
export class PasswordRules {
  readonly #common: ReadonlySet<string>;
  readonly #words: ReadonlySet<string>;

  constructor(options: {
    /** Whether to reject the common passwords of the zxcvbn-ts project, about 49,000. */
    refuseCommonPasswords: boolean;
    /** Further words and passwords to reject, as they are and between other characters. */
    refusedWords: readonly string[];
  }) {
    this.#common = new Set(options.refuseCommonPasswords ? dictionary['passwords-common'] : []);
    this.#words = new Set(options.refusedWords.map((word) => word.toLowerCase()));
  }

  /** @throws ApiError VALIDATION_FAILED for a password that attackers try first */
  requireStrong(password: string): void {
    const weakness = this.weaknessOf(password);
    if (weakness !== null) {
      throw validationFailed({ field: 'password', message: `password ${weakness}` });
    }
  }

  /** What is wrong with a password that attackers try first, to follow its name; else null. */
  weaknessOf(password: string): string | null {
    const lower = password.toLowerCase();
    if (this.#common.has(lower)) return 'is one of the most common passwords: choose another';
    return this.#words.has(lower) || this.#words.has(lower.replace(AROUND_WORDS, ''))
      ? 'is a word that is easy to guess for this service: choose another'
      : null;
  }
}
