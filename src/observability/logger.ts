import cluster from 'node:cluster';
import path from 'node:path';
import winston from 'winston';
import type { Config } from '../config/config';
import { LogFiles, MESSAGE } from './log-files';

/** For parts that only report what went wrong; they may run in another thread. */
export interface WarningLog {
  warn(message: string, details: object): unknown;
}

export type Logger = Pick<winston.Logger, 'error' | 'warn' | 'info' | 'debug' | 'close'>;

/** Size at which a log file is rotated, and how many are kept. */
const MAX_FILE_BYTES = 20 * 1024 * 1024;
const MAX_FILES = 10;

/** An entry that holds the lines of several requests. */
interface Batch {
  readonly level: string;
  readonly lines?: readonly object[];
}

const asJson = winston.format.json();

const asJsonLines = winston.format((entry) => {
  const { level, lines } = entry as unknown as Batch;
  if (!lines) return asJson.transform(entry, asJson.options);
  entry[MESSAGE] = lines.map((line) => JSON.stringify({ level, ...line })).join('\n');
  return entry;
});

/** Logs errors with stack and cause, which plain JSON would lose. */
const withErrors = winston.format((entry) => {
  if (entry.error instanceof Error) entry.error = describeError(entry.error);
  return entry;
});

function describeError(error: Error): object {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(cause instanceof Error ? { cause: describeError(cause) } : {}),
  };
}

/** Each worker writes and rotates its own file. */
function fileName(): string {
  return cluster.worker ? `server-${String(cluster.worker.id)}.log` : 'server.log';
}

/** JSON lines to standard output and, with a log directory, to rotated files. */
export function createLogger({ level, directory }: Config['log']): Logger {
  const logger = winston.createLogger({
    level: level === 'silent' ? 'error' : level,
    silent: level === 'silent',
    format: winston.format.combine(withErrors(), winston.format.timestamp(), asJsonLines()),
    transports: [new winston.transports.Console()],
  });
  if (directory !== null) {
    const stream = new LogFiles(path.join(directory, fileName()), {
      maxsize: MAX_FILE_BYTES,
      maxFiles: MAX_FILES,
      tailable: true,
    });
    stream.on('stalled', (error?: Error) =>
      logger.warn("The log file can't be written: some lines are missing from it", {
        reason: error?.message,
      }),
    );
    logger.add(new winston.transports.Stream({ stream, eol: '' }));
  }
  return logger;
}
