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

/** Morgan's `dev` format colours its lines for terminals; a log file wants them plain. */
// eslint-disable-next-line no-control-regex -- the escape character is what is looked for
const COLOURS = /\x1b\[\d+m/g;

/** Morgan measures a response by hooks of its own, which are not there without its middleware. */
morgan.token('response-time', (_request, response, digits = 3) => {
  const { startedAt } = (response as unknown as Response<unknown, Locals>).locals;
  return (performance.now() - startedAt).toFixed(Number(digits));
});

/**
 * One line a request, in one of morgan's formats, through the logger.
 *
 * Only morgan's formats are used: the hooks of its middleware cost a tenth of a request. And the
 * requests that end in one turn of the event loop go to the logger together, because the way through
 * it costs far more than a line. Figures: docs/performance.md.
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

/** The formats are text, but for `dev`, which is a function. */
function formatNamed(name: string): LineFormat {
  const named = NAMED[name];
  if (named === undefined) throw new Error(`morgan has no format ${name}`);
  return typeof named === 'function' ? named : morgan.compile(named);
}
