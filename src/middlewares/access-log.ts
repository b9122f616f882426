import type { Request, RequestHandler, Response } from 'express';
import morgan from 'morgan';
import type { Config } from '../config/config';
import type { Logger } from '../observability/logger';
import type { Locals } from './locals';

type LineFormat = morgan.FormatFn<Request, Response>;

/** Morgan's `dev` format colours its lines for terminals; a log file wants them plain. */
// eslint-disable-next-line no-control-regex -- the escape character is what is looked for
const COLOURS = /\x1b\[\d+m/g;

/** One line a request, in one of morgan's formats, through the logger. */
export function accessLog(
  logger: Logger,
  { accessFormat }: Pick<Config['log'], 'accessFormat'>,
): RequestHandler {
  const lineOf = formatNamed(accessFormat);
  return morgan((tokens, request, response) => {
    const line = lineOf(tokens, request, response) ?? '';
    const { requestId } = (response as unknown as { locals: Locals }).locals;
    logger.info(line.replace(COLOURS, ''), { requestId });
    // Written already.
    return undefined;
  });
}

/** Morgan keeps its named formats on the function itself: as text, or as a function for `dev`. */
function formatNamed(name: string): LineFormat {
  const named = (morgan as unknown as Record<string, string | LineFormat>)[name];
  if (named === undefined) throw new Error(`morgan has no format ${name}`);
  return typeof named === 'function' ? named : morgan.compile(named);
}
