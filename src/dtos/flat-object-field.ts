import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { composeOwn } from './compose-field';

const FLAT_OBJECTS = Symbol('flat objects');

/** A JSON object whose values are texts, finite numbers, `true` or `false`; nothing is nested. */
export function FlatObjectOrNull(
  description: string,
  { maxBytes, example }: { maxBytes: number; example: object | null },
): PropertyDecorator {
  const field = composeOwn(
    {
      type: ['object', 'null'],
      additionalProperties: {
        anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
      },
      description,
      example,
    },
    ValidateIf((_dto, value) => value !== null),
    // As it was sent: the transformer would drop some names.
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key]),
    ValidateBy({
      name: 'isFlatObject',
      validator: {
        validate: (value: unknown) => isFlatObject(value, maxBytes),
        defaultMessage: (given) =>
          `${given?.property ?? 'It'} must be an object of texts, numbers and booleans, ` +
          `in all at most ${String(maxBytes)} bytes of JSON`,
      },
    }),
  );
  return (target, name) => {
    field(target, name);
    const known = flatObjectsOf(target.constructor);
    Reflect.defineMetadata(FLAT_OBJECTS, [...known, String(name)], target.constructor);
  };
}

/** The names of a DTO's fields that hold flat objects. */
export function flatObjectsOf(dto: object): readonly string[] {
  return (Reflect.getMetadata(FLAT_OBJECTS, dto) as string[] | undefined) ?? [];
}

function isFlatObject(value: unknown, maxBytes: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const isFlat = Object.values(value).every(
    (inner) => typeof inner === 'string' || typeof inner === 'boolean' || Number.isFinite(inner),
  );
  return isFlat && Buffer.byteLength(JSON.stringify(value)) <= maxBytes;
}
