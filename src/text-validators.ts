/** Rules for text that class-validator does not have, or counts in another way than databases. */
import { isEmail, ValidateBy } from 'class-validator';

export const MIN_PASSWORD_CHARACTERS = 8;
/** bcrypt reads no further, so a longer password would be cut without a word. */
export const MAX_PASSWORD_BYTES = 72;

export const MAX_EMAIL_CHARACTERS = 254;

/** Line ends, NUL and the like: nothing that belongs into one line of text. */
export const NO_CONTROL_CHARACTERS = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';
const ONE_LINE = new RegExp(NO_CONTROL_CHARACTERS);

/**
 * What `format: email` allows, which knows no quotes: invisible and look-alike characters would let
 * two accounts seem to be one.
 */
export const EMAIL_CHARACTERS = /^[!#-~]+$/;

/** Code units that Unicode's composed form makes one character of, at the most. */
const MAX_UNITS_PER_CHARACTER = 4;

/**
 * Trimmed and in one Unicode form, so that what looks the same is the same.
 *
 * What is too long in any form is left as it is: to normalize 100 KiB of accents takes more than half
 * a second.
 */
export function inOneForm(text: string, maxCharacters: number): string {
  const trimmed = text.trim();
  return trimmed.length > maxCharacters * MAX_UNITS_PER_CHARACTER
    ? trimmed
    : trimmed.normalize('NFC');
}

/**
 * Counts code points, as the columns and JSON Schema do. class-validator takes an emoji and the
 * selector behind it for one character; 255 of these fit its rule and no column.
 */
export function CharactersBetween(min: number, max = Infinity): PropertyDecorator {
  return ValidateBy({
    name: 'charactersBetween',
    validator: {
      validate: (value: unknown) => {
        if (typeof value !== 'string') return false;
        // No text has more code points than units; counting a huge one would be its sender's win.
        if (value.length > max * 2) return false;
        const count = Array.from(value).length;
        return count >= min && count <= max;
      },
      defaultMessage: () =>
        max === Infinity
          ? `$property must have at least ${String(min)} characters`
          : `$property must have ${String(min)} to ${String(max)} characters`,
    },
  });
}

/** One line of text that every database gives back as it got it. */
export function OneLine(): PropertyDecorator {
  return ValidateBy({
    name: 'isOneLine',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && value.isWellFormed() && ONE_LINE.test(value),
      defaultMessage: () => '$property must be well-formed text without control characters',
    },
  });
}

/**
 * The characters are looked at first: class-validator's own rule throws where half a pair is missing.
 * How long an address may be is a rule of its own.
 */
export function isEmailAddress(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    EMAIL_CHARACTERS.test(value) &&
    isEmail(value, { allow_utf8_local_part: false, ignore_max_length: true })
  );
}

export function EmailAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'isEmail',
    validator: {
      validate: isEmailAddress,
      defaultMessage: () => '$property must be an e-mail address in plain ASCII, without quotes',
    },
  });
}

/** Whether bcrypt reads all of it. */
export function fitsBcrypt(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    Buffer.byteLength(value) <= MAX_PASSWORD_BYTES &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}

export function FitsBcrypt(): PropertyDecorator {
  return ValidateBy({
    name: 'fitsBcrypt',
    validator: {
      validate: fitsBcrypt,
      defaultMessage: () =>
        `$property must be at most ${String(MAX_PASSWORD_BYTES)} bytes, without NUL characters`,
    },
  });
}
