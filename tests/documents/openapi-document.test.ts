import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { examplesOf } from '../../src/dtos/examples';
import { isSelfChecking } from '../../src/dtos/self-checking';
import { ROUTES } from '../../src/routes/index';
import { DOCUMENT, isValid, pointerOf } from '../support/http/contract';

type Json = Readonly<Record<string, unknown>>;

/** The caller in the examples. */
const CALLER_ID = 1;
/** Routes outside of the route table, which answer without an envelope. */
const OPERATIONS = [
  'get /health/live',
  'get /health/ready',
  'get /metrics',
  'get /api-docs/openapi.json',
];
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

interface Found {
  readonly pointer: string;
  readonly value: Json;
  /** The names on the way to it, from the outside in. */
  readonly parents: readonly string[];
}

const everything = [...objectsIn(DOCUMENT)];
const operations = everything.filter(
  ({ parents }) => parents.at(-3) === 'paths' && METHODS.includes(parents.at(-1)!),
);
const parameters = everything.filter(
  ({ value }) => typeof value.name === 'string' && typeof value.in === 'string',
);
const properties = everything.filter(({ parents }) => parents.at(-2) === 'properties');

describe('the OpenAPI document', () => {
  it('has exactly the routes of the route table and of operations', () => {
    const documented = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const routes = ROUTES.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(documented.sort()).toEqual([...routes, ...OPERATIONS].sort());
  });

  it.each([
    ['operation', operations, 33],
    ['parameter', parameters, 30],
    ['property', properties, 150],
  ])('describes every %s', (_kind, found, atLeast) => {
    expect(found.length).toBeGreaterThanOrEqual(atLeast);
    const silent = found.filter(({ value }) => !isText(value.description));
    expect(silent.map(({ pointer }) => pointer)).toEqual([]);
  });

  it('has a summary and a unique id for every operation', () => {
    expect(operations.filter(({ value }) => !isText(value.summary))).toEqual([]);
    const ids = operations.map(({ value }) => value.operationId);
    expect(new Set(ids).size).toBe(operations.length);
  });

  it('has an example of every request and of every successful answer', () => {
    const contents = operations.flatMap(({ pointer, value }) => {
      const { requestBody, responses } = value as Partial<Record<string, Json>>;
      const success = Object.entries(responses!).filter(([status]) => /^2/.test(status));
      return [...success.map(([, answer]) => answer as Json), ...(requestBody ? [requestBody] : [])]
        .flatMap(({ content }) => Object.values(content as Json) as Json[])
        .map(({ example, examples }) => [pointer, example ?? examples] as const);
    });

    expect(contents.length).toBeGreaterThan(operations.length);
    expect(contents.filter(([, example]) => example === undefined)).toEqual([]);
  });

  it('requires no parameter outside of the path, and fills none in', () => {
    const optional = parameters.filter(({ value }) => value.in !== 'path');

    expect(optional.length).toBeGreaterThan(20);
    expect(optional.filter(({ value }) => value.required === true || 'example' in value)).toEqual(
      [],
    );
  });

  it('has only examples that match their schemas', () => {
    const examples = everything.flatMap(examplesAt);
    expect(examples.length).toBeGreaterThan(300);
    expect(examples.filter(({ schema, value }) => !isValid(schema, value))).toEqual([]);
  });
});

describe('the examples of bodies', () => {
  const bodies = ROUTES.flatMap(({ body }) => (body ? [body] : []));
  const examples = [...new Set(bodies)].flatMap((dto) =>
    Object.entries(examplesOf(dto)).map(
      ([summary, value]) => [dto.name, summary, dto, value] as const,
    ),
  );

  it('exist for every route that accepts a body', () => {
    expect(bodies.filter((dto) => Object.keys(examplesOf(dto)).length === 0)).toEqual([]);
  });

  it.each(examples)('%s: “%s” passes every check of the server', (_name, _summary, dto, value) => {
    const body = plainToInstance(dto, value, { exposeUnsetFields: false });
    expect(validateSync(body, { whitelist: true, forbidNonWhitelisted: true })).toEqual([]);
    expect(isSelfChecking(body) ? body.faults(CALLER_ID) : []).toEqual([]);
  });
});

/** Every object of a document, the JSON pointer to it, and the names on the way to it. */
function* objectsIn(value: Json, parents: readonly string[] = []): Generator<Found> {
  yield { pointer: pointerOf(parents), value, parents };
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) {
      yield* objectsIn(inner as Json, [...parents, name]);
    }
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** The examples here, each with its schema. */
function examplesAt({ pointer, value }: Found): { schema: string; value: unknown }[] {
  const schema = 'schema' in value ? `${pointer}/schema` : pointer;
  const { example, examples = {} } = value;
  return [
    ...(example === undefined ? [] : [{ schema, value: example }]),
    ...(Array.isArray(examples)
      ? examples.map((one: unknown) => ({ schema, value: one }))
      : Object.values(examples as Record<string, Json>).map((one) => ({
          schema,
          value: one.value,
        }))),
  ];
}
