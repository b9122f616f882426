import { ErrorDto, PageMeta } from '../dtos/common.dto';
import { STATUS_OF, type ErrorCode } from '../errors/error-codes';
import type { ProtectedRoute, Route } from '../controllers/route';
import { referenceTo, type Schema } from './schema-from-dto';

/** Codes that any route can answer with. */
const ALWAYS: readonly ErrorCode[] = ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED'];
const WITH_TOKEN: readonly ErrorCode[] = ['UNAUTHENTICATED', 'INVALID_TOKEN', 'FORBIDDEN'];
const WITH_BODY: readonly ErrorCode[] = [
  'MALFORMED_JSON',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
const WITH_KEY: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED'];

const WITH_RETRY_AFTER: readonly number[] = [429, 503];
const EXAMPLE_REQUEST_ID = '0b8f4f3e-9a55-4b43-8f0a-5b1a2f0b7f1d';

/** What answers say beside their body. */
export const RESPONSE_HEADERS = {
  'X-Request-Id': {
    description:
      "Names the request in the logs: the caller's id, if it sent a sane one, else a new one",
    schema: { type: 'string', example: EXAMPLE_REQUEST_ID },
  },
  ETag: {
    description: 'Send it back as `If-None-Match`',
    schema: { type: 'string', example: '"1-4"' },
  },
  'Idempotent-Replayed': {
    description:
      '`true` where an Idempotency-Key was known and this is the answer of the first time',
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': {
    description: 'Seconds after which asking again makes sense',
    schema: { type: 'integer', example: 1 },
  },
} as const;

type HeaderName = keyof typeof RESPONSE_HEADERS;

function headersNamed(...names: readonly HeaderName[]): Schema {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

export function isIdempotent(route: Route): route is ProtectedRoute {
  return route.access !== 'public' && route.isIdempotent === true;
}

export function hasEtag(route: Route): boolean {
  return route.access !== 'public' && route.availability === 'existing';
}

export function responsesOf(route: Route): Schema {
  const responses: Record<string, Schema> = {
    [route.success.status]: {
      description: route.success.description,
      headers: headersNamed(
        'X-Request-Id',
        ...(hasEtag(route) ? (['ETag'] as const) : []),
        ...(isIdempotent(route) ? (['Idempotent-Replayed'] as const) : []),
      ),
      content: { 'application/json': { schema: envelopeOf(route) } },
    },
  };
  if (hasEtag(route)) {
    responses[304] = {
      description: 'Nothing changed since that ETag',
      headers: headersNamed('X-Request-Id', 'ETag'),
    };
  }
  for (const [status, codes] of codesByStatus(route)) {
    responses[status] = errorResponse(status, codes);
  }
  return responses;
}

export function errorResponse(status: number, codes: readonly ErrorCode[]): Schema {
  const code = { enum: codes, description: 'What went wrong, for programs; stable' };
  return {
    description: codes.map((name) => `\`${name}\``).join(', '),
    ...(WITH_RETRY_AFTER.includes(status) ? { headers: headersNamed('Retry-After') } : {}),
    content: {
      'application/json': {
        schema: { allOf: [referenceTo(ErrorDto), { properties: { code } }] },
        example: {
          statusCode: status,
          code: codes[0],
          message: 'What went wrong, for people',
          requestId: EXAMPLE_REQUEST_ID,
        },
      },
    },
  };
}

function envelopeOf({ success }: Route): Schema {
  const { description } = success;
  const data = success.data === null ? { type: 'null' } : referenceTo(success.data);
  return {
    type: 'object',
    properties: {
      statusCode: { const: success.status, description: 'The HTTP status' },
      message: { type: 'string', description: 'What happened, for people' },
      data: { ...(success.isList ? { type: 'array', items: data } : data), description },
      ...(success.isList
        ? { meta: { ...referenceTo(PageMeta), description: 'Where in the list this page is' } }
        : {}),
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
