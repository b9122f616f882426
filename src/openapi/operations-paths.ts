import { HealthDto } from '../dtos/operations.dto';
import { errorResponse } from './responses';
import { referenceTo, type Schema } from './schema-from-dto';

const UNKNOWN_QUERY = errorResponse(400, ['VALIDATION_FAILED']);

function healthOperation(operationId: string, summary: string, description: string): Schema {
  const answer = (text: string, example: HealthDto): Schema => ({
    description: text,
    content: { 'application/json': { schema: referenceTo(HealthDto), example } },
  });
  return {
    get: {
      operationId,
      tags: ['Operations'],
      summary,
      description,
      security: [],
      responses: {
        200: answer('Yes', { status: 'ok' }),
        400: UNKNOWN_QUERY,
        503: answer('No', { status: 'unavailable', reason: 'The database is not available' }),
      },
    },
  };
}

/** Routes that do not use the envelope. */
export const OPERATIONS_PATHS: Schema = {
  '/health/live': healthOperation(
    'getHealthLive',
    'Is the process running?',
    'Checks nothing outside of the process.',
  ),
  '/health/ready': healthOperation(
    'getHealthReady',
    'Can the server handle requests?',
    'Checks the database and pending migrations.',
  ),
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags: ['Operations'],
      summary: 'Prometheus metrics',
      description:
        'If METRICS_TOKEN is set, send it as a bearer token. Otherwise only requests from the same ' +
        'machine that no proxy has forwarded are allowed.',
      security: [{}, { bearer: [] }],
      responses: {
        200: {
          description: 'The metrics',
          content: {
            'text/plain': { schema: { type: 'string' }, example: 'database_up 1\n' },
          },
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
      description: 'The page at `/api-docs` presents it.',
      security: [],
      responses: {
        200: {
          description: 'OpenAPI 3.1',
          content: {
            'application/json': { schema: { type: 'object' }, example: { openapi: '3.1.0' } },
          },
        },
        400: UNKNOWN_QUERY,
      },
    },
  },
};
