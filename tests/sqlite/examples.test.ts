import { randomUUID } from 'node:crypto';
import { Migrator } from '../../src/database/migrator';
import { DOCUMENT } from '../support/http/contract';
import { TestApi, type ApiAnswer, type CallOptions, type Method } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly example?: unknown;
  readonly schema: { readonly examples?: readonly unknown[]; readonly default?: unknown };
}

interface Example {
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly 'application/json': Example } };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Example>> }>
  >;
}

const OPERATIONS = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, operation]) => [method as Method, path, operation as Operation] as const,
  ),
);
/** What API clients replace by a new id. */
const NEW_ID = '{{$guid}}';
/** Differ from run to run. */
const PASSING = ['createdAt', 'updatedAt', 'token', 'refresh_token', 'key', 'prefix', 'request_id'];

describe('the requests of the document, one after another in its order', () => {
  let api: TestApi;
  beforeEach(async () => {
    // The ids in the examples are those of an empty database that counts from 1; the tests' MariaDB
    // counts in steps of 7.
    const database = await emptyDatabase('examples');
    const migrator = new Migrator(database);
    await migrator.down({ all: true });
    await migrator.up();
    api = await TestApi.start({ database });
  });
  afterEach(() => api.close());

  it('return exactly what their examples show', async () => {
    const returned: object[] = [];
    const shown: object[] = [];
    for await (const { where, answer, operation } of walk({ withOptional: false })) {
      const content = operation.responses[String(answer.status)]?.content ?? {};
      const [[type, { example }]] = Object.entries(content) as [[string, Example]];
      expect([where, example]).not.toEqual([where, undefined]);
      // The metrics and this document are longer than anyone wants to read in an example.
      if (type !== 'application/json' || where.endsWith('/openapi.json')) continue;
      returned.push([where, lasting(firstOf(answer.body, example))]);
      shown.push([where, lasting(example)]);
    }

    expect(returned).toEqual(shown);
    expect(shown.length).toBeGreaterThan(30);
  });

  it('succeed with every optional parameter too, as importers send them', async () => {
    const sent = new Set<string>();
    for await (const { operation } of walk({ withOptional: true })) {
      for (const { name } of operation.parameters ?? []) sent.add(name);
    }

    expect([...sent]).toEqual(expect.arrayContaining(['Idempotency-Key', 'after', 'dry_run']));
  });

  /** Sends all requests as someone who signs up; as an admin what only they may do. */
  async function* walk(options: { withOptional: boolean }): AsyncGenerator<{
    where: string;
    operation: Operation;
    answer: ApiAnswer;
  }> {
    const tokens: (string | undefined)[] = [undefined, undefined];
    const given: Record<string, string> = {};
    for (const [method, path, operation] of OPERATIONS) {
      const where = `${method} ${path}`;
      let answer = await send(method, path, operation, { ...options, token: tokens[0], given });
      if ([401, 403].includes(answer.status)) {
        answer = await send(method, path, operation, { ...options, token: tokens[1], given });
      }
      expect([where, answer.status, answer.body]).toEqual([
        where,
        Number(Object.keys(operation.responses)[0]),
        answer.body,
      ]);
      if (path.endsWith('/signup')) tokens[1] = await makeAdmin();
      if (path.endsWith('/login')) {
        tokens[0] = answer.body.data.token as string;
        given.refresh_token = answer.body.data.refresh_token as string;
      }
      yield { where, operation, answer };
    }
  }

  async function makeAdmin(): Promise<string> {
    const credentials = { email: 'admin@example.com', password: 'correct horse battery' };
    await api.container.adminAccounts.make(credentials, { resetPassword: false });
    const { body } = await api.post('/api/auth/login', undefined, credentials);
    return body.data.token as string;
  }

  function send(
    method: Method,
    path: string,
    { parameters = [], requestBody }: Operation,
    {
      token,
      withOptional,
      given,
    }: {
      token: string | undefined;
      withOptional: boolean;
      /** Secrets that answers gave, by the field that takes them: no example can know them. */
      given: Readonly<Record<string, string>>;
    },
  ): Promise<ApiAnswer> {
    const values = (place: Parameter['in']): Record<string, string> =>
      Object.fromEntries(
        parameters
          .filter((one) => one.in === place && (withOptional || one.example !== undefined))
          .map((one) => [one.name, valueOf(one)]),
      );
    const options: CallOptions = { token, query: values('query'), headers: values('header') };
    const filled = Object.entries(values('path')).reduce(
      (text, [name, value]) => text.replace(`{${name}}`, value),
      path,
    );
    const body = requestBody?.content['application/json'];
    return api.call(method, filled, {
      ...options,
      ...(body ? { body: withSecrets(bodyOf(body), given) } : {}),
    });
  }
});

function valueOf({ example, schema }: Parameter): string {
  const value = String(example ?? schema.examples?.[0] ?? schema.default);
  return value === NEW_ID ? randomUUID() : value;
}

function bodyOf({ example, examples = {} }: Example): unknown {
  return example ?? Object.values(examples)[0]?.value;
}

/** A body with the secrets in place of the example's. */
function withSecrets(body: unknown, given: Readonly<Record<string, string>>): unknown {
  const named = Object.entries(given).filter(([name]) => Object.hasOwn(body as object, name));
  return { ...(body as object), ...Object.fromEntries(named) };
}

/** An answer with as many list entries as the example: an example need not be long. */
function firstOf(body: ApiAnswer['body'], example: unknown): unknown {
  const { data } = example as { data?: unknown };
  return Array.isArray(data) ? { ...body, data: body.data.slice(0, data.length) } : body;
}

function lasting(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, inner: unknown) =>
      PASSING.includes(name) ? typeof inner : inner,
    ),
  );
}
