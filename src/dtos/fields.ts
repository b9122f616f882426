/**
 * One decorator per kind of field: it validates the field, converts text input, and describes the
 * field in the OpenAPI document. DTOs use only these, `moment-field.ts` and `flat-object-field.ts`.
 */
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  getMetadataStorage,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import {
  CharactersBetween,
  EMAIL_CHARACTERS,
  EmailAddress,
  FitsBcrypt,
  inOneForm,
  MAX_EMAIL_CHARACTERS,
  MAX_PASSWORD_BYTES,
  MIN_PASSWORD_CHARACTERS,
  NO_CONTROL_CHARACTERS,
  OneLine,
} from '../text-validators';
import { compose } from './compose-field';

/** The largest id that a request may name, and the largest count: MySQL's INTEGER. */
export const MAX_COUNT = 2_147_483_647;
const MAX_ID = MAX_COUNT;

type Dto = new () => object;

const OPTIONAL_FIELDS = Symbol('optional fields');

/** The field may be omitted. Null is not the same as omitted. */
export function Optional(): PropertyDecorator {
  return (target, name) => {
    ValidateIf((_dto, value) => value !== undefined)(target, name);
    const known = optionalFieldsOf(target.constructor);
    Reflect.defineMetadata(OPTIONAL_FIELDS, [...known, String(name)], target.constructor);
  };
}

export function optionalFieldsOf(dto: object): readonly string[] {
  return (Reflect.getMetadata(OPTIONAL_FIELDS, dto) as string[] | undefined) ?? [];
}

export function WholeNumber(
  description: string,
  { min, max, ...more }: { min: number; max: number } & Record<string, unknown>,
): PropertyDecorator {
  return compose({ type: 'integer', description, ...more }, IsInt(), Min(min), Max(max));
}

export function WholeNumberOrNull(
  description: string,
  { min, max, ...more }: { min: number; max: number } & Record<string, unknown>,
): PropertyDecorator {
  return compose(
    { type: ['integer', 'null'], description, ...more },
    ValidateIf((_dto, value) => value !== null),
    IsInt(),
    Min(min),
    Max(max),
  );
}

export function Id(description: string, example = 1): PropertyDecorator {
  return WholeNumber(description, { min: 1, max: MAX_ID, example });
}

/**
 * An id in an answer, of a table that counts with 64 bits: bookings, waitlist entries, the audit log.
 * It is always a number that JavaScript holds exactly.
 */
export function LargeId(description: string, example = 1): PropertyDecorator {
  return WholeNumber(description, { min: 1, max: Number.MAX_SAFE_INTEGER, example });
}

export function IdOrNull(description: string, example: number | null = 1): PropertyDecorator {
  return WholeNumberOrNull(description, { min: 1, max: MAX_ID, example });
}

export function ListOfIds(
  description: string,
  { min = 0, max, example }: { min?: number; max: number; example: readonly number[] },
): PropertyDecorator {
  return compose(
    { items: { type: 'integer' }, description, example },
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    ArrayUnique(),
    IsInt({ each: true }),
    Min(1, { each: true }),
    Max(MAX_ID, { each: true }),
  );
}

/** Converts digits in a path or query to a number; anything else fails the rule. */
export function FromText(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value,
  );
}

/** One line of text for people. */
export function Text(
  description: string,
  { min, max, example }: { min: number; max: number; example: string },
): PropertyDecorator {
  return compose(
    { minLength: min, maxLength: max, pattern: NO_CONTROL_CHARACTERS, description, example },
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? inOneForm(value, max) : value,
    ),
    IsString(),
    CharactersBetween(min, max),
    OneLine(),
  );
}

export function Email(description: string): PropertyDecorator {
  return compose(
    { pattern: EMAIL_CHARACTERS.source, description, example: 'someone@example.com' },
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.trim().toLowerCase() : value,
    ),
    EmailAddress(),
    MaxLength(MAX_EMAIL_CHARACTERS),
  );
}

export function NewPassword(description: string): PropertyDecorator {
  return compose(
    {
      format: 'password',
      minLength: MIN_PASSWORD_CHARACTERS,
      maxLength: MAX_PASSWORD_BYTES,
      description,
      example: 'correct horse battery',
    },
    IsString(),
    CharactersBetween(MIN_PASSWORD_CHARACTERS),
    FitsBcrypt(),
  );
}

/** A password to compare: of any length, because older passwords may predate the current rules. */
export function GivenPassword(description: string): PropertyDecorator {
  return compose(
    { format: 'password', description, example: 'correct horse battery' },
    IsString(),
    MinLength(1),
  );
}

export function OneOf(
  description: string,
  values: readonly string[],
  example = values[0],
): PropertyDecorator {
  return compose({ type: 'string', description, example }, IsIn([...values]));
}

/** `true` or `false` in a query. */
export function FlagFromText(description: string): PropertyDecorator {
  return compose(
    { description, default: false },
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
    IsBoolean(),
  );
}

export function Flag(description: string, example: boolean): PropertyDecorator {
  return compose({ description, example }, IsBoolean());
}

/** Text that only machines read: cursors, tokens. */
export function Opaque(description: string, example: string, max = 4_096): PropertyDecorator {
  return compose(
    { minLength: 1, description, example },
    IsString(),
    Matches(/^[\x21-\x7e]+$/),
    MaxLength(max),
  );
}

/** A `meta.next` that a list takes back. Tools that send every parameter leave it empty. */
export function Cursor(description: string, max = 4_096): PropertyDecorator {
  return compose(
    { description, default: '' },
    Transform(({ value }: { value: unknown }) => (value === '' ? undefined : value)),
    IsString(),
    Matches(/^[\x21-\x7e]*$/),
    MaxLength(max),
  );
}

export function Nested(description: string, dto: () => Dto): PropertyDecorator {
  return compose({ description }, ValidateNested(), Type(dto));
}

export function NestedOrNull(description: string, dto: () => Dto): PropertyDecorator {
  return compose(
    { nullable: true, description },
    ValidateIf((_dto, value) => value !== null),
    ValidateNested(),
    Type(dto),
  );
}

export function ListOf(description: string, dto: () => Dto): PropertyDecorator {
  return compose({ description }, IsArray(), ValidateNested({ each: true }), Type(dto));
}

/** Text that the server writes for people. */
export function Words(description: string, example: string): PropertyDecorator {
  return compose({ description, example }, IsString());
}

export function TextOrNull(description: string, example: string | null): PropertyDecorator {
  return compose(
    { type: ['string', 'null'], description, example },
    ValidateIf((_dto, value) => value !== null),
    IsString(),
  );
}

/** A JSON object whose fields vary. */
export function AnyObject(description: string, example: object): PropertyDecorator {
  return compose(
    { type: 'object', additionalProperties: true, description, example },
    ValidateBy({
      name: 'isObject',
      validator: { validate: (value: unknown) => typeof value === 'object' && value !== null },
    }),
  );
}

export function ListOfText(description: string, values: readonly string[]): PropertyDecorator {
  return compose(
    { items: { type: 'string' }, description, example: values },
    IsArray(),
    IsIn([...values], { each: true }),
  );
}

/** One or more of the values, none twice. */
export function SetOf(description: string, values: readonly string[]): PropertyDecorator {
  return compose(
    { items: { type: 'string' }, description, example: [values[0]] },
    IsArray(),
    ArrayMinSize(1),
    ArrayUnique(),
    IsIn([...values], { each: true }),
  );
}

/** The names of a DTO's fields. */
export function fieldNamesOf(dto: Dto): ReadonlySet<string> {
  let names = FIELD_NAMES.get(dto);
  if (!names) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
    names = new Set(metadata.map(({ propertyName }) => propertyName));
    FIELD_NAMES.set(dto, names);
  }
  return names;
}

const FIELD_NAMES = new WeakMap<Dto, ReadonlySet<string>>();
