import { ErrorDto, PageMeta } from '../dtos/common.dto';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes';
import type { ProtectedRoute, Route } from '../controllers/route';
import { exampleAnswerOf } from './example-answers';
import { referenceTo, type Schema } from './schema-from-dto';

/** Codes that any route can answer with. */
const ALWAYS: readonly ErrorCode[] = ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED'];
const WITH_TOKEN: readonly ErrorCode[] = [
  'UNAUTHENTICATED',
  'INVALID_TOKEN',
  'TOKEN_EXPIRED',
  'FORBIDDEN',
];
const WITH_BODY: readonly ErrorCode[] = [
  'MALFORMED_JSON',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
const WITH_KEY: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED'];

const WITH_RETRY_AFTER: readonly number[] = [429, 503];
/** Of other statuses, the codes that come with it. */
const CODES_WITH_WAIT: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_IN_USE', 'SALE_NOT_STARTED'];
const EXAMPLE_REQUEST_ID = '0b8f4f3e-9a55-4b43-8f0a-5b1a2f0b7f1d';

/** The headers of responses. */
export const RESPONSE_HEADERS = {
  'X-Request-Id': {
    description:
      "Identifies the request in the logs: the caller's id if it is valid, otherwise a new one",
    schema: { type: 'string', example: EXAMPLE_REQUEST_ID },
  },
  ETag: {
    description: 'Send it back as `If-None-Match`',
    schema: { type: 'string', example: '"1-4-on_sale"' },
  },
  'Idempotent-Replayed': {
    description:
      '`true` if the Idempotency-Key is known and this is the stored answer to the first request',
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': {
    description: 'Seconds to wait before a retry',
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
      content: {
        'application/json': { schema: envelopeOf(route), example: exampleAnswerOf(route) },
      },
    },
  };
  if (hasEtag(route)) {
    responses[304] = {
      description: 'Nothing has changed since that `ETag`',
      headers: headersNamed('X-Request-Id', 'ETag'),
    };
  }
  for (const [status, codes] of codesByStatus(route)) {
    responses[status] = errorResponse(status, codes);
  }
  return responses;
}

/** @param codes not empty; the example has the first */
export function errorResponse(status: number, codes: readonly ErrorCode[]): Schema {
  const code = { enum: codes, description: 'Stable error code, for programs' };
  return {
    description: codes.map((name) => `- \`${name}\`: ${ERROR_CODES[name].meaning}`).join('\n'),
    ...(hasRetryAfter(status, codes) ? { headers: headersNamed('Retry-After') } : {}),
    content: {
      'application/json': {
        schema: { allOf: [referenceTo(ErrorDto), { properties: { code } }] },
        example: {
          statusCode: status,
          code: codes[0],
          message: ERROR_CODES[codes[0]!].meaning,
          requestId: EXAMPLE_REQUEST_ID,
        },
      },
    },
  };
}

function hasRetryAfter(status: number, codes: readonly ErrorCode[]): boolean {
  return WITH_RETRY_AFTER.includes(status) || codes.some((code) => CODES_WITH_WAIT.includes(code));
}

function envelopeOf({ success }: Route): Schema {
  const { description } = success;
  const data = success.data === null ? { type: 'null' } : referenceTo(success.data);
  return {
    type: 'object',
    properties: {
      statusCode: { const: success.status, description: 'The HTTP status' },
      message: { type: 'string', description: 'Short text for people' },
      data: { ...(success.isList ? { type: 'array', items: data } : data), description },
      ...(success.isList
        ? {
            meta: {
              ...referenceTo(PageMeta),
              description: 'Page size and cursor of the next page',
            },
          }
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
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}
