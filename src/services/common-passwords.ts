import { dictionary } from '@zxcvbn-ts/language-common';
import { validationFailed } from '../errors/api-error';

/** Read once at the first use: 49 000 words. */
let words: ReadonlySet<string> | undefined;

/**
 * The list is the common passwords of the zxcvbn-ts project, in lower case.
 *
 * @throws ApiError VALIDATION_FAILED for a password that guessers try first
 */
export function demandUncommonPassword(password: string): void {
  words ??= new Set(dictionary['passwords-common']);
  if (!words.has(password.toLowerCase())) return;
  throw validationFailed({
    field: 'password',
    message: 'password is one of the most common ones: take another',
  });
}
