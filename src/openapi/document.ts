import { ErrorDto, PageMeta } from '../dtos/common.dto';
import { ERROR_CODES } from '../errors/error-codes';
import { HealthDto } from '../dtos/operations.dto';
import { examplesOf } from '../dtos/examples';
import { isSelfChecking } from '../dtos/self-checking';
import { TAGS, type DtoClass, type Route } from '../controllers/route';
import { OPERATIONS_PATHS } from './operations-paths';
import { hasEtag, isIdempotent, RESPONSE_HEADERS, responsesOf } from './responses';
import { dtosIn, referenceTo, schemaFromDto, type Schema } from './schema-from-dto';

const DESCRIPTION = `Books event tickets under heavy load: no event is oversold, the waitlist keeps its order, and no acknowledged change is lost.

Every successful response is \`{ statusCode, message, data }\`; lists also have \`meta\`. Every error response is \`{ statusCode, code, message, details?, requestId }\`: \`code\` is stable and meant for programs.

**To try it here:** sign up, log in, copy the token into "Authorize", create an event with 2 tickets, and book 3.

The requests are in an order in which they succeed one after another, with their examples unchanged, on a server without data. Those marked "admins only" need the token of an admin.

## Error codes

| Status | Code | Meaning |
| ------ | ---- | ------- |
${errorCodeRows()}`;

function errorCodeRows(): string {
  return Object.entries(ERROR_CODES)
    .map(([code, { status, meaning }]) => `| ${String(status)} | \`${code}\` | ${meaning} |`)
    .join('\n');
}

/** The OpenAPI 3.1 document of a route table. */
export function buildDocument(routes: readonly Route[], version: string): Schema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Event Ticket Booking API',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to the document itself: right under whatever path a proxy serves the API.
    servers: [{ url: '..', description: 'This server' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: { ...pathsOf(routes), ...OPERATIONS_PATHS },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The token from POST /api/auth/login, or an API key',
        },
      },
      headers: RESPONSE_HEADERS,
      schemas: schemasOf(routes),
    },
  };
}

function pathsOf(routes: readonly Route[]): Schema {
  const paths: Record<string, Schema> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return paths;
}

function operationOf(route: Route): Schema {
  return {
    operationId: operationIdOf(route),
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    security: route.access === 'public' ? [] : [{ bearer: [] }],
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...headersOf(route),
    ],
    ...requestBodyOf(route),
    responses: responsesOf(route),
  };
}

/** A POST that takes no fields may still send an empty object, as some clients always do. */
function requestBodyOf({ method, body }: Route): Schema {
  if (body) {
    return {
      requestBody: {
        required: !isOptional(body),
        content: { 'application/json': bodyOf(body) },
      },
    };
  }
  if (method !== 'post') return {};
  const empty = { schema: { type: 'object', additionalProperties: false }, example: {} };
  return { requestBody: { required: false, content: { 'application/json': empty } } };
}

/** Whether the route takes an empty body, or none. */
function isOptional(dto: DtoClass): boolean {
  const { required = [] } = schemaFromDto(dto) as { required?: string[] };
  return required.length === 0 && !isSelfChecking(new dto());
}

function bodyOf(dto: DtoClass): Schema {
  const examples = Object.entries(examplesOf(dto));
  const named = examples.map(([summary, value]) => [nameOf(summary), { summary, value }]);
  return {
    // Insomnia reads examples only here.
    schema: { ...referenceTo(dto), example: examples[0]?.[1] },
    examples: Object.fromEntries(named) as Schema,
  };
}

/** `All of your tickets for an event` → `all-of-your-tickets-for-an-event`. */
function nameOf(summary: string): string {
  return summary
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '-');
}

/** `POST /api/events/{event_id}/cancel` → `postEventsEventIdCancel`: unique, and an identifier. */
function operationIdOf({ method, path }: Route): string {
  const words = path.replace('/api', '').split(/[^a-zA-Z]+/);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parametersOf(dto: DtoClass | undefined, place: 'path' | 'query'): Schema[] {
  if (!dto) return [];
  const { properties, required = [] } = schemaFromDto(dto) as {
    properties: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, example, ...schema }]) =>
    place === 'path' || required.includes(name)
      ? { name, in: place, required: true, description, schema, example }
      : { name, in: place, required: false, description, schema: withExample(schema, example) },
  );
}

/**
 * The example of an optional parameter is in its schema: importers read it there, and the page, which
 * would fill in one beside the schema and so narrow every first try, does not.
 */
function withExample(schema: Schema, example: unknown): Schema {
  return example === undefined || 'default' in schema ? schema : { ...schema, examples: [example] };
}

function headersOf(route: Route): Schema[] {
  const headers: Schema[] = [];
  if (isIdempotent(route)) {
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'Makes the request safe to retry: for 24 hours, requests with the same key run once and get ' +
        'the same answer',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        pattern: '^[\\x21-\\x7e]+$',
        // API clients replace this by a new id for each request.
        examples: ['{{$guid}}'],
      },
    });
  }
  if (hasEtag(route)) {
    headers.push({
      name: 'If-None-Match',
      in: 'header',
      required: false,
      description: '`ETag` of an earlier answer; the answer is 304 if nothing has changed since',
      schema: { type: 'string', examples: [RESPONSE_HEADERS.ETag.schema.example] },
    });
  }
  return headers;
}

/** The DTOs that the route table uses; other decorated classes, like the configuration, stay out. */
function schemasOf(routes: readonly Route[]): Record<string, Schema> {
  const roots = [ErrorDto, PageMeta, HealthDto] as DtoClass[];
  for (const { body, success } of routes) {
    if (body) roots.push(body);
    if (success.data) roots.push(success.data);
  }
  const dtos = new Set(roots.flatMap((root) => [...dtosIn(root)]));
  return Object.fromEntries(
    [...dtos]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((dto) => [dto.name, schemaFromDto(dto)]),
  );
}
