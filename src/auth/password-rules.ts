import { dictionary } from '@zxcvbn-ts/language-common';
import { validationFailed } from '../errors/api-error';

/** What stands around a word and makes it no better: digits, punctuation, spaces. */
const AROUND_WORDS = /^[^\p{L}]+|[^\p{L}]+$/gu;

/** Which passwords are refused though they are long enough. */
export class PasswordRules {
  readonly #common: ReadonlySet<string>;
  readonly #words: ReadonlySet<string>;

  constructor(options: {
    /** Whether to refuse the common passwords of the zxcvbn-ts project, some 49 000. */
    refuseCommonPasswords: boolean;
    /** Words and passwords that are refused as well, as they are and between other characters. */
    refusedWords: readonly string[];
  }) {
    this.#common = new Set(options.refuseCommonPasswords ? dictionary['passwords-common'] : []);
    this.#words = new Set(options.refusedWords.map((word) => word.toLowerCase()));
  }

  /** @throws ApiError VALIDATION_FAILED for a password that guessers try first */
  requireStrong(password: string): void {
    const lower = password.toLowerCase();
    if (this.#common.has(lower)) throw refused('is one of the most common ones');
    if (this.#words.has(lower) || this.#words.has(lower.replace(AROUND_WORDS, ''))) {
      throw refused('is a word that is easy to guess here');
    }
  }
}

function refused(reason: string): Error {
  return validationFailed({ field: 'password', message: `password ${reason}: take another` });
}
