/** One fault in an otherwise valid request. */
import fc from 'fast-check';
import type { Operation, Parameter } from './operations';
import { wrongJson, wrongText } from './values';

/** The fields of a JSON object, each as JSON; a list, so that it can contain duplicates. */
export type Fields = readonly (readonly [key: string, value: string])[];

/** The parts of a request. */
export interface Parts {
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly fields: Fields | null;
}

const strangeName = fc.constantFrom(
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'id',
    'role',
    'version',
  ],
  ...[
    'createdAt',
    'organizer_id',
    'available_tickets',
    'password',
    'surprise',
    '',
    '$where',
    'a[b]',
  ],
  ...['a.b', 'length', '\0', '\ud800', 'x'.repeat(2_000)],
);

type Faulty = Parts & { readonly kind: string };
/** Adds one fault. */
type Fault = (parts: Parts) => Faulty;

const ANY_INDEX = 1_000;

/** A wrong value, an unknown, a missing or a duplicate field. */
export function faultsOf({ path, parameters, body }: Operation): fc.Arbitrary<Fault> {
  const faults: fc.Arbitrary<Fault>[] = [];
  const has = (place: Parameter['in']): boolean => parameters.some((one) => one.in === place);
  if (body) {
    faults.push(
      fc.tuple(fc.constantFrom(...Object.keys(body.properties)), wrongJson).map(wrongField),
      fc.tuple(strangeName, wrongJson).map(unknownField),
      fc.nat(ANY_INDEX).map(missingField),
      fc.tuple(fc.nat(ANY_INDEX), wrongJson).map(doubledField),
    );
  }
  const named = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const queryName = fc.oneof(fc.constantFrom(...named, 'limit'), strangeName);
  faults.push(fc.tuple(queryName, wrongText).map(wrongQuery));
  if (has('query')) faults.push(fc.nat(ANY_INDEX).map(doubledQuery));
  if (has('path')) faults.push(wrongText.map((text) => wrongPath(path, text)));
  if (has('header')) faults.push(wrongText.map(wrongHeader));
  return fc.oneof(...faults);
}

const wrongField =
  ([name, json]: [string, string]): Fault =>
  (parts) => ({
    ...parts,
    kind: 'a body field is wrong',
    fields: [...parts.fields!.filter(([other]) => other !== name), [name, json]],
  });

const unknownField =
  ([name, json]: [string, string]): Fault =>
  (parts) => ({
    ...parts,
    kind: 'a body field is unknown',
    fields: [...parts.fields!, [name, json]],
  });

const missingField =
  (index: number): Fault =>
  (parts) => ({
    ...parts,
    kind: 'a body field is missing',
    fields: parts.fields!.filter((_field, at, { length }) => at !== index % length),
  });

const doubledField =
  ([index, json]: [number, string]): Fault =>
  (parts) => {
    const field = parts.fields![index % parts.fields!.length];
    return field
      ? {
          ...parts,
          kind: 'a body field is there twice',
          fields: [...parts.fields!, [field[0], json]],
        }
      : { ...parts, kind: 'right by the document' };
  };

const wrongQuery =
  ([name, text]: [string, string]): Fault =>
  (parts) => ({
    ...parts,
    kind: 'a query parameter is wrong',
    query: [...parts.query.filter(([other]) => other !== name), [name, text]],
  });

const doubledQuery =
  (index: number): Fault =>
  (parts) => {
    const pair = parts.query[index % parts.query.length] ?? (['limit', '1'] as const);
    return {
      ...parts,
      kind: 'a query parameter is there twice',
      query: [...parts.query, pair, pair],
    };
  };

const wrongPath =
  (path: string, text: string): Fault =>
  (parts) => ({
    ...parts,
    kind: 'a path parameter is wrong',
    path: path.replace(/\{\w+\}/, encode(text === '' ? '%' : text)),
  });

const wrongHeader =
  (text: string): Fault =>
  (parts) => ({
    ...parts,
    kind: 'a header is wrong',
    headers: [...parts.headers, ['Idempotency-Key', asHeader(text)]],
  });

/** Percent-encoded; lone surrogates, which have no UTF-8, as the bytes that they would have. */
export function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%40%40(\w+)%3A(\d+)%40%40/g, '@@$1:$2@@');
}

function asHeader(text: string): string {
  return text.replace(/[\r\n\0]/g, '').slice(0, 300);
}
