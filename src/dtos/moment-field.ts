import { IsISO8601, isISO8601, ValidateBy, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { composeOwn } from './compose-field';

export function Timestamp(description: string): PropertyDecorator {
  const schema = {
    type: 'string' as const,
    format: 'date-time',
    description,
    example: '2026-11-23T20:00:00.000Z',
  };
  return (target, name) => {
    IsISO8601()(target, name);
    // Replaces the schema of the rule, which allows dates with and without a time.
    JSONSchema(() => schema)(target, String(name));
  };
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
/** What every database holds. */
const FIRST_MOMENT = Date.parse('1970-01-01T00:00:00.000Z');
const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z');

/** A point in time with its zone, or null; fractions of a millisecond are cut off. */
export function MomentOrNull(description: string, example: string | null): PropertyDecorator {
  return composeOwn(
    { type: ['string', 'null'], format: 'date-time', description, example },
    ValidateIf((_dto, value) => value !== null),
    ValidateBy({
      name: 'isMoment',
      validator: {
        validate: isMoment,
        defaultMessage: (given) =>
          `${given?.property ?? 'It'} must be an ISO 8601 time with seconds and a zone, from 1970 to 9999`,
      },
    }),
  );
}

function isMoment(value: unknown): boolean {
  if (typeof value !== 'string' || !MOMENT.test(value)) return false;
  if (!isISO8601(value, { strict: true })) return false;
  const time = Date.parse(value);
  return time >= FIRST_MOMENT && time <= LAST_MOMENT;
}
