import { HealthDto } from '../dtos/operations.dto';
import { errorResponse } from './responses';
import { referenceTo, type Schema } from './schema-from-dto';

const UNKNOWN_QUERY = errorResponse(400, ['VALIDATION_FAILED']);

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

/** Routes that answer with something else than the envelope. */
export const OPERATIONS_PATHS: Schema = {
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
        403: errorResponse(403, ['FORBIDDEN']),
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
