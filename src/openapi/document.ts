import { ErrorDto, PageMeta } from '../dtos/common.dto';
import { HealthDto } from '../dtos/operations.dto';
import { STATUS_OF, type ErrorCode } from '../errors/error-codes';
import type { DtoClass, ProtectedRoute, Route } from '../routes/route';
import { dtosIn, referenceTo, schemaFromDto, type Schema } from './schema-from-dto';

/** Codes that any route can answer with. */
const ALWAYS: readonly ErrorCode[] = ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED'];
const WITH_TOKEN: readonly ErrorCode[] = ['UNAUTHENTICATED', 'INVALID_TOKEN', 'FORBIDDEN'];
const WITH_BODY: readonly ErrorCode[] = [
  'MALFORMED_JSON',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
const WITH_KEY: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED'];

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
    servers: [{ url: '/', description: 'This server' }],
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
    ...(route.description === undefined ? {} : { description: route.description }),
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
            content: { 'application/json': { schema: referenceTo(route.body) } },
          },
        }
      : {}),
    responses: responsesOf(route),
  };
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
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    description,
    schema,
  }));
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

function isIdempotent(route: Route): route is ProtectedRoute {
  return route.access !== 'public' && route.isIdempotent === true;
}

function hasEtag(route: Route): boolean {
  return route.access !== 'public' && route.availability === 'existing';
}

function responsesOf(route: Route): Schema {
  const responses: Record<string, Schema> = {
    [route.success.status]: {
      description: route.success.description,
      content: { 'application/json': { schema: envelopeOf(route) } },
    },
  };
  if (hasEtag(route)) responses[304] = { description: 'Nothing changed since that ETag' };
  for (const [status, codes] of codesByStatus(route)) {
    responses[status] = errorResponse(codes);
  }
  return responses;
}

function errorResponse(codes: readonly ErrorCode[]): Schema {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: {
      'application/json': {
        schema: { allOf: [referenceTo(ErrorDto), { properties: { code: { enum: codes } } }] },
      },
    },
  };
}

function envelopeOf({ success }: Route): Schema {
  const data = success.data === null ? { type: 'null' } : referenceTo(success.data);
  return {
    type: 'object',
    properties: {
      statusCode: { const: success.status, description: 'The HTTP status' },
      message: { type: 'string', description: 'What happened, for people' },
      data: success.isList ? { type: 'array', items: data } : data,
      ...(success.isList ? { meta: referenceTo(PageMeta) } : {}),
    },
    required: ['statusCode', 'message', 'data', ...(success.isList ? ['meta'] : [])],
    additionalProperties: false,
  };
}

function codesByStatus(route: Route): Map<number, ErrorCode[]> {
  const codes = new Set<ErrorCode>([
    'VALIDATION_FAILED',
    ...(route.access === 'public' ? [] : WITH_TOKEN),
    ...(route.method === 'get' ? [] : WITH_BODY),
    ...(isIdempotent(route) ? WITH_KEY : []),
    ...(route.method === 'get' ? [] : (['OUTCOME_UNKNOWN'] as const)),
    ...(route.errors ?? []),
    ...ALWAYS,
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...codes].sort()) {
    const status = STATUS_OF[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
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

function healthOperation(operationId: string, summary: string, description: string): Schema {
  const answer = (text: string): Schema => ({
    description: text,
    content: { 'application/json': { schema: referenceTo(HealthDto) } },
  });
  return {
    get: {
      operationId,
      tags: ['Operations'],
      summary,
      description,
      security: [],
      responses: { 200: answer('It is'), 400: UNKNOWN_QUERY, 503: answer('It is not') },
    },
  };
}

const UNKNOWN_QUERY = errorResponse(['VALIDATION_FAILED']);

/** Routes that answer with something else than the envelope. */
const OPERATIONS_PATHS: Schema = {
  '/health/live': healthOperation(
    'getHealthLive',
    'Is the process alive?',
    'Says nothing of others.',
  ),
  '/health/ready': healthOperation(
    'getHealthReady',
    'Can requests be served?',
    'Looks at the database and at pending migrations.',
  ),
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags: ['Operations'],
      summary: 'Prometheus metrics',
      description:
        'With METRICS_TOKEN set, for whoever sends it as a bearer token; else for requests from ' +
        'the same machine that no proxy has forwarded.',
      security: [{}, { bearer: [] }],
      responses: {
        200: {
          description: 'The metrics',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        400: UNKNOWN_QUERY,
        403: errorResponse(['FORBIDDEN']),
      },
    },
  },
  '/api-docs/openapi.json': {
    get: {
      operationId: 'getOpenapiDocument',
      tags: ['Operations'],
      summary: 'This document',
      description: 'For people there is a page at `/api-docs`.',
      security: [],
      responses: {
        200: {
          description: 'OpenAPI 3.1',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
        400: UNKNOWN_QUERY,
      },
    },
  },
};
