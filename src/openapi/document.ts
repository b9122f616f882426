import { ErrorDto, PageMeta } from '../dtos/common.dto';
import { HealthDto } from '../dtos/operations.dto';
import { examplesOf } from '../dtos/examples';
import type { DtoClass, Route } from '../controllers/route';
import { OPERATIONS_PATHS } from './operations-paths';
import { hasEtag, isIdempotent, RESPONSE_HEADERS, responsesOf } from './responses';
import { dtosIn, referenceTo, schemaFromDto, type Schema } from './schema-from-dto';

const DESCRIPTION = `Books tickets for events under a stampede: nothing is oversold, nobody is skipped in the queue, and nothing acknowledged is lost.

Every success is \`{ statusCode, message, data }\`, a list has \`meta\` beside it. Every failure is \`{ statusCode, code, message, details?, requestId }\`: \`code\` is stable and for programs.

**To try it here:** sign up, log in, copy the token into "Authorize", create an event with 2 tickets, and book 3.`;

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
    tags: [
      { name: 'Accounts', description: 'Signing up, logging in, and the accounts themselves' },
      { name: 'Events', description: 'What tickets are for' },
      { name: 'Tickets', description: 'Booking and cancelling; each booking is one ticket' },
      { name: 'Waitlist', description: 'Waiting for tickets of a sold-out event' },
      { name: 'Operations', description: 'For those who run the server' },
    ],
    paths: { ...pathsOf(routes), ...OPERATIONS_PATHS },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The token that POST /api/auth/login answers with',
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
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': bodyOf(route.body) },
          },
        }
      : {}),
    responses: responsesOf(route),
  };
}

function bodyOf(dto: DtoClass): Schema {
  const examples = Object.entries(examplesOf(dto)).map(([summary, value]) => [
    nameOf(summary),
    { summary, value },
  ]);
  return { schema: referenceTo(dto), examples: Object.fromEntries(examples) as Schema };
}

/** `One's own new password` → `ones-own-new-password`. */
function nameOf(summary: string): string {
  return summary
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '-');
}

/** `POST /api/events/{event_id}/cancel` → `postEventsEventIdCancel`: unique, and kind to generators. */
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
  return Object.entries(properties).map(([name, { description, example, ...schema }]) => {
    const isRequired = place === 'path' || required.includes(name);
    return {
      name,
      in: place,
      required: isRequired,
      description,
      schema,
      // The page fills examples in: one for what may be left out would narrow every first try.
      ...(isRequired ? { example } : {}),
    };
  });
}

function headersOf(route: Route): Schema[] {
  const headers: Schema[] = [];
  if (isIdempotent(route)) {
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'Makes the request safe to send again: it is run once, and answered the same each time, ' +
        'for 24 hours',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    });
  }
  if (hasEtag(route)) {
    headers.push({
      name: 'If-None-Match',
      in: 'header',
      required: false,
      description: 'The `ETag` of an answer before: 304 where nothing changed since',
      schema: { type: 'string' },
    });
  }
  return headers;
}

/** Only what the table can reach is published: the configuration's class, say, is not. */
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
