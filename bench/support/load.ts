import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = path.join(__dirname, 'wrk.lua');
/** A request that takes longer counts as broken. */
const TIMEOUT_SECONDS = 30;

export type Step =
  'book' | 'cancel' | 'join' | 'available' | 'me' | 'waitlist' | 'tickets' | 'status' | 'login';

export interface LoadSpec {
  readonly url: string;
  readonly clients: number;
  readonly seconds: number;
  /** The requests, in turn. */
  readonly steps: readonly Step[];
  /** The callers, in turn: a file with one token per line; for logins, one e-mail. */
  readonly tokensFile: string;
  /** The first of the events that are used in turn. */
  readonly firstEventId: number;
  readonly events?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers of 400 and above. */
  readonly refused: number;
  /** Requests that got no answer. */
  readonly broken: number;
}

let runs = 0;

/**
 * Sends requests over so many connections with wrk, each as soon as the last one is answered. One thread
 * of wrk is not the bottleneck of any server here.
 */
export async function runLoad(spec: LoadSpec): Promise<LoadResult> {
  runs += 1;
  const { stdout } = await run(
    'wrk',
    [
      '--threads=1',
      `--connections=${String(spec.clients)}`,
      `--duration=${String(spec.seconds)}s`,
      `--timeout=${String(TIMEOUT_SECONDS)}s`,
      `--script=${SCRIPT}`,
      spec.url,
    ],
    {
      env: {
        PATH: process.env.PATH,
        BENCH_STEPS: spec.steps.join(','),
        BENCH_TOKENS: spec.tokensFile,
        BENCH_FIRST_EVENT: String(spec.firstEventId),
        BENCH_EVENTS: String(spec.events ?? 1),
        // Keys are never used twice, or the second run would measure replays.
        BENCH_KEY_PREFIX: `bench-${String(process.pid)}-${String(runs)}-`,
      },
    },
  );
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`wrk said nothing that could be read:\n${stdout}`);
  return JSON.parse(line) as LoadResult;
}

/** @throws Error where wrk is not installed */
export async function requireWrk(): Promise<void> {
  try {
    await run('wrk', ['--version']);
  } catch (error) {
    // wrk exits with 1 even when it only tells its version.
    if ((error as { code?: unknown }).code === 'ENOENT') {
      throw new Error('The benchmark needs wrk: apt-get install wrk', { cause: error });
    }
  }
}
