/** Text rules that class-validator lacks, or that count characters differently from databases. */
import { isEmail, ValidateBy } from 'class-validator';

export const MIN_PASSWORD_CHARACTERS = 8;
/** bcrypt ignores any further bytes, so a longer password would be truncated silently. */
export const MAX_PASSWORD_BYTES = 72;

export const MAX_EMAIL_CHARACTERS = 254;

/** Line breaks, NUL and other control characters do not belong in a single line of text. */
export const NO_CONTROL_CHARACTERS = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';
const ONE_LINE = new RegExp(NO_CONTROL_CHARACTERS);

/**
 * The characters that `format: email` allows, without quotes. Invisible and look-alike characters
 * could make two accounts look like one.
 */
export const EMAIL_CHARACTERS = /^[!#-~]+$/;

/** Most code units that Unicode's composed form merges into one character. */
const MAX_UNITS_PER_CHARACTER = 4;

/**
 * Trims text and converts it to one Unicode form, so that text that looks the same is the same.
 *
 * Leaves text that is too long in any form unchanged: normalizing 100 KiB of accents takes more
 * than half a second.
 */
export function inOneForm(text: string, maxCharacters: number): string {
  const trimmed = text.trim();
  return trimmed.length > maxCharacters * MAX_UNITS_PER_CHARACTER
    ? trimmed
    : trimmed.normalize('NFC');
}

/**
 * Counts code points, as the columns and JSON Schema do. class-validator counts an emoji and its
 * variation selector as one character; 255 of these satisfy its rule but fit no column.
 */
export function CharactersBetween(min: number, max = Infinity): PropertyDecorator {
  return ValidateBy({
    name: 'charactersBetween',
    validator: {
      validate: (value: unknown) => {
        if (typeof value !== 'string') return false;
        // A code point has at most two units; this avoids counting a huge text.
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

/** One line of text that every database returns unchanged. */
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
 * Checks the characters first: class-validator's own rule throws on half a surrogate pair. The
 * length of an address has a rule of its own.
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

/** Whether bcrypt reads the whole text. */
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
