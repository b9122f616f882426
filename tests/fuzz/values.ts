/**
 * Values as they stand in a request: JSON texts for bodies, plain texts for paths and queries.
 *
 * Values that only the running world knows are placeholders, `@@event:3@@`: see `FuzzWorld.render`.
 */
import fc from 'fast-check';
import { PASSWORD } from '../factories/people';
import type { Schema } from './operations';

type Text = fc.Arbitrary<string>;

const PICKS = 64;
const pick = fc.nat(PICKS);

/** Nearly always an id that the world has seen; otherwise a small one. */
function idOf(what: 'event' | 'user' | 'booking' | 'entry'): Text {
  return fc.oneof(
    { weight: 12, arbitrary: pick.map((index) => `@@${what}:${String(index)}@@`) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 50 }).map(String) },
    { weight: 1, arbitrary: fc.constant('2147483647') },
  );
}

const IDS: Readonly<Record<string, Text>> = {
  event_id: idOf('event'),
  booking_id: idOf('booking'),
  booking_ids: idOf('booking'),
  entry_id: idOf('entry'),
  id: idOf('user'),
  additionalUsers: idOf('user'),
  user_id: fc.oneof(fc.constant('@@self:0@@'), idOf('user')),
};

/** Texts that often break something. */
export const NASTY_TEXTS: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '01',
  '1e3',
  '0x1',
  ' 1 ',
  '1,2',
  '2147483648',
  '9999999999999999999',
  'NaN',
  'null',
  'true',
  'undefined',
  "' OR 1=1 --",
  '" OR ""="',
  '1; DROP TABLE events',
  '1)) UNION ALL SELECT 1,2,3#',
  'a::int)',
  '{{7*7}}',
  '${7*7}',
  '../../etc/passwd',
  '..\\..\\x',
  '<script>alert(1)</script>',
  '\0',
  'a\0b',
  '\r\nX-Injected: 1',
  '\ud800',
  '\u202eabc',
  '\ufeff1',
  '١',
  '１',
  'Ω≈ç√',
  '👩‍👩‍👧‍👦',
  '__proto__',
  'constructor',
  'toString',
  'WzAsMF0',
  'W10',
  'Wy0xXQ',
  'x'.repeat(300),
];

const LONG_TEXTS = [
  'x'.repeat(10_000),
  'é'.repeat(20_000),
  `a${'\u0315\u0300'.repeat(12_000)}`,
  `${'a'.repeat(60_000)}@example.com`,
  '\u2764\ufe0f'.repeat(255),
];

const DEPTHS = [3, 100, 5_000, 20_000];

/** JSON texts that are wrong for most fields, some of which no value serializes to. */
const WRONG_JSON: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '-1', '1', '1.0', '1.5', '1e2', '1e309', '-1e309'],
  ...['2147483647', '2147483648', '9007199254740993', '1e-7', '[]', '{}', '[1,2]', '[1,1]'],
  ...['[null]', '["1"]', '[[]]', '[{}]', '{"$gt":0}', '{"password":{"password":1}}'],
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'],
  ...['{"toString":1}', '{"valueOf":1,"length":1}', '{"then":1}', '"\\ud800"', '"\\u0000"'],
  ...DEPTHS.map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  ...DEPTHS.map((depth) => '{"a":'.repeat(depth / 2) + '1' + '}'.repeat(depth / 2)),
  `[${'1,'.repeat(20_000)}1]`,
  `[${'{},'.repeat(20_000)}{}]`,
];

/** A JSON text that is rarely valid. */
export const wrongJson: Text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WRONG_JSON) },
  { weight: 4, arbitrary: fc.constantFrom(...NASTY_TEXTS).map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.constantFrom(...LONG_TEXTS).map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((t) => JSON.stringify(t)),
  },
);

/** A plain text that is rarely valid. */
export const wrongText: Text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer().map(String) },
);

function wholeNumber({ minimum = 0, maximum = 100 }: Schema): Text {
  const small = Math.min(maximum, minimum + 6);
  return fc
    .oneof(
      { weight: 8, arbitrary: fc.integer({ min: minimum, max: small }) },
      { weight: 1, arbitrary: fc.constant(minimum) },
      { weight: 1, arbitrary: fc.integer({ min: minimum, max: maximum }) },
      { weight: 1, arbitrary: fc.constant(maximum) },
    )
    .map(String);
}

const eventName = fc.oneof(
  fc.nat(1e9).map((number) => `Concert ${String(number)}`),
  fc
    .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), fc.nat(1e9))
    .map(([text, number]) => `${text} ${String(number)}`),
);
const email = fc.oneof(
  { weight: 3, arbitrary: pick.map((index) => `@@email:${String(index)}@@`) },
  { weight: 2, arbitrary: fc.nat(1e9).map((number) => `fuzz.${String(number)}@example.com`) },
  { weight: 1, arbitrary: fc.emailAddress() },
);
const password = fc.oneof(
  { weight: 4, arbitrary: fc.constant(PASSWORD) },
  { weight: 1, arbitrary: fc.string({ minLength: 8, maxLength: 72 }) },
);
/** Mostly a sale that is on: the other moments lie far in the past or in the future. */
const MOMENTS: Readonly<Record<string, Text>> = {
  sale_starts_at: fc.constantFrom(
    ...['2020-01-01T10:00:00Z', '2020-02-29T10:00:00.5+02:00', '2020-12-31T23:59:00Z'],
    '2090-01-01T00:00:00Z',
  ),
  sale_ends_at: fc.constantFrom(
    ...['2099-12-31T23:59:59Z', '2099-06-30T12:00:00-11:30', '2098-01-01T00:00:00Z'],
    '2021-01-01T00:00:00Z',
  ),
};
const moment = fc.date({ min: new Date(0), noInvalidDate: true, max: new Date('9999-12-31') });
const metadata = fc.dictionary(
  fc.string({ maxLength: 12 }),
  fc.oneof(fc.string({ maxLength: 40 }), fc.boolean(), fc.integer()),
  { maxKeys: 4 },
);
const cursor = pick.map((index) => `@@cursor:${String(index)}@@`);

function rightText(name: string, { format, enum: values }: Schema): Text {
  if (values) return fc.constantFrom(...values);
  if (name === 'after') return cursor;
  if (name === 'refresh_token') return pick.map((index) => `@@refresh:${String(index)}@@`);
  if (name === 'event_name') return eventName;
  if (format === 'date-time') return MOMENTS[name] ?? moment.map((date) => date.toISOString());
  if (format === 'email') return email;
  if (format === 'password') return password;
  if (name === 'If-None-Match') return fc.constantFrom('"1-0"', 'W/"x"', '*', '@@etag:0@@');
  if (name === 'Idempotency-Key') return fc.nat(20_000).map((number) => `key-${String(number)}`);
  return fc.string({ minLength: 1, maxLength: 60 });
}

/** What the document allows for a parameter. */
export function rightParameter(name: string, schema: Schema): Text {
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false');
  if (schema.type === 'integer') return IDS[name] ?? wholeNumber(schema);
  return rightText(name, schema);
}

/** What the document allows for a body's field, as JSON. */
export function rightJson(name: string, schema: Schema): Text {
  const types = [schema.type ?? 'string'].flat();
  if (types.includes('array')) {
    const item = schema.items?.enum
      ? fc.constantFrom(...schema.items.enum).map((text) => JSON.stringify(text))
      : (IDS[name] ?? wholeNumber(schema.items ?? {}));
    const entries = fc.array(item, { maxLength: 4 });
    return entries.map((items) => `[${[...new Set(items)].join(',')}]`);
  }
  if (types.includes('integer')) {
    const number = IDS[name] ?? wholeNumber(schema);
    return types.includes('null')
      ? fc.oneof({ weight: 2, arbitrary: number }, { weight: 1, arbitrary: fc.constant('null') })
      : number;
  }
  const value = types.includes('object')
    ? metadata.map((object) => JSON.stringify(object))
    : rightText(name, schema).map((text) => JSON.stringify(text));
  return types.includes('null')
    ? fc.oneof({ weight: 2, arbitrary: value }, { weight: 1, arbitrary: fc.constant('null') })
    : value;
}
