/** Generates requests from the document with fast-check: valid ones, and ones with a fault. */
import fc from 'fast-check';
import { brokenBody, brokenFraming, brokenType, oddTarget, type Framing } from './breakage';
import { encode, faultsOf, type Fields, type Parts } from './faults';
import { OPERATIONS, type Operation, type Parameter } from './operations';
import { rightJson, rightParameter } from './values';
import { DEAD_ACTORS, LIVE_ACTORS, type DeadActor, type LiveActor } from './world';

export interface FuzzRequest {
  readonly kind: string;
  /** Null if the path is not, or may not be, in the document. */
  readonly operation: Operation | null;
  readonly actor: LiveActor | DeadActor;
  /** Selects one of several people with that role. */
  readonly person: number;
  readonly method: string;
  /** Path and query; may hold placeholders, as the body may. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer | null;
  readonly framing: Framing;
}

const JSON_TYPE = ['Content-Type', 'application/json'] as const;

const actor = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...LIVE_ACTORS, 'user' as const) },
  { weight: 1, arbitrary: fc.constantFrom(...DEAD_ACTORS) },
);

const extraHeaders = fc.oneof(
  { weight: 8, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<[string, string][]>(
      [['X-HTTP-Method-Override', 'DELETE']],
      [['X-Request-Id', 'fuzz-1']],
      [['X-Request-Id', 'two words']],
      [['Accept', 'text/html']],
      [['Accept-Encoding', 'gzip, br']],
      [['Origin', 'https://shop.example']],
      [
        ['X-Forwarded-For', '1.2.3.4, ::1'],
        ['X-Forwarded-Host', 'evil.example'],
      ],
      [['Expect', '100-continue']],
      [['Expect', 'the unexpected']],
      [['Range', 'bytes=0-1']],
      [['Cookie', 'Authorization=x; token=y']],
      [['If-None-Match', '*']],
      [['Upgrade', 'websocket']],
    ),
  },
);

/** Valid by the document. */
function rightParts({ path, parameters, body }: Operation): fc.Arbitrary<Parts> {
  const given = (place: Parameter['in'], always: boolean): fc.Arbitrary<[string, string][]> => {
    const one = parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, schema }) => {
        const value = rightParameter(name, schema).map((text): [string, string] => [name, text]);
        return always ? value : fc.option(value, { freq: 2 });
      });
    return fc.tuple(...one).map((entries) => entries.filter((entry) => entry !== null));
  };
  const fields = Object.entries(body?.properties ?? {}).map(([name, schema]) => {
    const field = rightJson(name, schema).map((json): [string, string] => [name, json]);
    return body?.required?.includes(name) === true ? field : fc.option(field, { freq: 2 });
  });
  return fc.record({
    path: given('path', true).map((entries) =>
      entries.reduce((filled, [name, value]) => filled.replace(`{${name}}`, value), path),
    ),
    query: given('query', false),
    headers: given('header', false),
    fields: body
      ? fc.tuple(...fields).map((entries) => entries.filter((entry) => entry !== null))
      : fc.constant(null),
  });
}

function targetOf({ path, query }: Parts): string {
  const pairs = query.map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}

function jsonOf(fields: Fields): string {
  return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

function requestOf(
  operation: Operation,
  kind: string,
  parts: Parts,
  more: Pick<FuzzRequest, 'actor' | 'person'> & { readonly extra: readonly [string, string][] },
): FuzzRequest {
  const { extra, ...who } = more;
  return {
    kind,
    operation,
    ...who,
    method: operation.method,
    target: targetOf(parts),
    headers: [...(parts.fields ? [JSON_TYPE] : []), ...parts.headers, ...extra],
    body: parts.fields ? jsonOf(parts.fields) : null,
    framing: 'length',
  };
}

const who = fc.record({ actor, person: fc.nat(100), extra: extraHeaders });

const right = fc.oneof(
  ...OPERATIONS.map((operation) =>
    fc
      .tuple(rightParts(operation), who)
      .map(([parts, more]) => requestOf(operation, 'right by the document', parts, more)),
  ),
);

const wrong = fc.oneof(
  ...OPERATIONS.map((operation) =>
    fc.tuple(rightParts(operation), faultsOf(operation), who).map(([parts, fault, more]) => {
      const { kind, ...faulty } = fault(parts);
      return requestOf(operation, kind, faulty, more);
    }),
  ),
);

const rightWithBody = fc.oneof(
  ...OPERATIONS.filter(({ method }) => method !== 'GET').map((operation) =>
    fc.tuple(rightParts(operation), who).map(([parts, more]) => {
      const request = requestOf(operation, '', parts, more);
      return {
        ...request,
        headers: [JSON_TYPE, ...request.headers.filter((h) => h !== JSON_TYPE)],
      };
    }),
  ),
);

/** Any request of a run. */
export const anyRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 40, arbitrary: right },
  { weight: 34, arbitrary: wrong },
  {
    weight: 12,
    arbitrary: fc.tuple(rightWithBody, brokenBody).map(([request, breakage]) => breakage(request)),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(rightWithBody, brokenType).map(([request, breakage]) => breakage(request)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(rightWithBody, brokenFraming)
      .map(([request, breakage]) => breakage(request)),
  },
  { weight: 6, arbitrary: fc.tuple(right, oddTarget).map(([request, odd]) => odd(request)) },
);
