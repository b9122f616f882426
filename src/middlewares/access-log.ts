import type { Request, Response } from 'express';
import morgan from 'morgan';
import type { Config } from '../config/config';
import type { Logger } from '../observability/logger';
import type { ApiHandler, Locals } from './locals';

type LineFormat = morgan.FormatFn<Request, Response>;

/** Morgan keeps its named formats and its tokens on the function itself. */
const NAMED = morgan as unknown as Record<string, string | LineFormat>;
const TOKENS = morgan as unknown as morgan.TokenIndexer<Request, Response>;

interface AccessLine {
  readonly message: string;
  readonly requestId: string;
  readonly timestamp: string;
}

/** Morgan's `dev` format colours its lines for terminals; log lines must be plain. */
// eslint-disable-next-line no-control-regex -- matches the escape character on purpose
const COLOURS = /\x1b\[\d+m/g;

/** Morgan measures the response time with hooks of its middleware, which is not used here. */
morgan.token('response-time', (_request, response, digits = 3) => {
  const { startedAt } = (response as unknown as Response<unknown, Locals>).locals;
  return (performance.now() - startedAt).toFixed(Number(digits));
});

/**
 * Logs one line per request in one of morgan's formats.
 *
 * Only the formats are used: the hooks of morgan's middleware cost a tenth of a request. Requests that
 * end in one turn of the event loop are logged together, because a call of the logger costs far more
 * than a line. Figures: docs/performance.md.
 */
export function accessLog(
  logger: Logger,
  { accessFormat }: Pick<Config['log'], 'accessFormat'>,
): ApiHandler {
  const lineOf = formatNamed(accessFormat);
  let lines: AccessLine[] = [];
  const write = (): void => {
    logger.info('Requests', { lines });
    lines = [];
  };
  return (request, response, next) => {
    response.once('close', () => {
      if (lines.length === 0) setImmediate(write);
      const line = lineOf(TOKENS, request, response) ?? '';
      lines.push({
        message: line.replace(COLOURS, ''),
        requestId: response.locals.requestId,
        timestamp: new Date().toISOString(),
      });
    });
    next();
  };
}

/** All formats are text except `dev`, which is a function. */
function formatNamed(name: string): LineFormat {
  const named = NAMED[name];
  if (named === undefined) throw new Error(`morgan has no format ${name}`);
  return typeof named === 'function' ? named : morgan.compile(named);
}
