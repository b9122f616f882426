import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { buildDocument } from '../../../src/openapi/document';
import { ROUTES } from '../../../src/routes/index';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, unknown> }>>;
}

/** The document that the server publishes. */
export const DOCUMENT = buildDocument(ROUTES, 'test') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(DOCUMENT, 'api');

const validators = new Map<string, ValidateFunction>();

export interface CheckedAnswer {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/**
 * Checks an answer against the published document.
 *
 * @throws Error saying how they differ
 */
export function checkContract(answer: CheckedAnswer): void {
  const { method, path, status, body } = answer;
  const where = `${method} ${path} → ${String(status)}`;
  const pattern = patternOf(path, method);
  const isRouted = pattern !== undefined && status !== 405;
  if (!isRouted) {
    if (status !== 404 && status !== 405) throw new Error(`${where}: the document lacks the route`);
    assertValid(where, '/components/schemas/ErrorDto', body);
    return;
  }
  const operation = DOCUMENT.paths[pattern]![method]!;
  const response = operation.responses[String(status)];
  if (!response) throw new Error(`${where}: the document has no such status`);
  const json = response.content?.['application/json'];
  if (json === undefined) return;
  const place = ['paths', pattern, method, 'responses', String(status), 'content'];
  assertValid(where, pointerOf([...place, 'application/json', 'schema']), body);
}

/** The JSON pointer to the value at these nested names. */
export function pointerOf(names: readonly string[]): string {
  const escaped = names.map((name) =>
    encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  return escaped.map((name) => `/${name}`).join('');
}

/** Whether a value matches the schema at this pointer of the document. */
export function isValid(pointer: string, value: unknown): boolean {
  let validate = validators.get(pointer);
  if (!validate) {
    validate = ajv.compile({ $ref: `api#${pointer}` });
    validators.set(pointer, validate);
  }
  return validate(value);
}

/** @throws Error if it does not have the shape of all errors */
export function checkError(where: string, body: unknown): void {
  assertValid(where, '/components/schemas/ErrorDto', body);
}

function assertValid(where: string, pointer: string, body: unknown): void {
  if (isValid(pointer, body)) return;
  throw new Error(
    `${where}: the answer is not as documented: ${ajv.errorsText(validators.get(pointer)?.errors)}\n` +
      JSON.stringify(body),
  );
}

/** The documented path that a path matches, preferably one without parameters. */
function patternOf(path: string, method: string): string | undefined {
  const segments = path.split('/');
  return Object.keys(DOCUMENT.paths)
    .filter((pattern) => DOCUMENT.paths[pattern]![method] !== undefined)
    .filter((pattern) => {
      const parts = pattern.split('/');
      return (
        parts.length === segments.length &&
        parts.every((part, index) => part.startsWith('{') || part === segments[index])
      );
    })
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
}
