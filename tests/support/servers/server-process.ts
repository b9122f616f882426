import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { DatabaseSettings } from '../../../src/config/config';
import { TEST_SECRET } from '../setup/test-config';

const ROOT = path.resolve(__dirname, '..', '..', '..');
/** The production process; the tests' global set-up builds it. */
const SERVER_FILE = path.join(ROOT, 'dist', 'server.js');
const CLI_FILE = path.join(ROOT, 'dist', 'cli.js');
const START_LIMIT_MS = 30_000;

type Variables = Readonly<Record<string, string>>;

interface ProcessOptions {
  /** Added to the variables of the database. */
  readonly env?: Variables;
  /** Options of node itself. */
  readonly nodeOptions?: readonly string[];
  /** Another command than node with the built server, such as npm. */
  readonly command?: readonly [string, ...string[]];
  /** The working directory; by default the repository. */
  readonly folder?: string;
  /** Gets each line of the log and returns whether it is kept; by default all are. */
  readonly onLine?: (line: LogLine, text: string) => boolean;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line of the log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A server as it runs in production: a separate process, configured by its environment. */
export class ServerProcess {
  readonly exited: Promise<Exit>;
  /** What it has logged so far. */
  readonly log: LogLine[] = [];
  /** Its output other than log lines. */
  readonly otherOutput: string[] = [];
  #port: number | undefined;
  readonly #listening: Promise<void>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly onLine: NonNullable<ProcessOptions['onLine']> = () => true,
  ) {
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    this.#listening = new Promise((resolve) => {
      for (const stream of [child.stdout!, child.stderr!]) {
        createInterface(stream).on('line', (line) => {
          this.#read(line);
          if (this.#port !== undefined) resolve();
        });
      }
    });
  }

  /** Starts a server and waits until it listens, on a free port unless `env` sets one. */
  static async start(
    database: DatabaseSettings | null,
    options: ProcessOptions = {},
  ): Promise<ServerProcess> {
    const server = ServerProcess.spawn(database, options);
    const limit = AbortSignal.timeout(START_LIMIT_MS);
    const tooLate = new Promise((resolve) => {
      limit.addEventListener('abort', resolve);
    });
    await Promise.race([server.#listening, server.exited, tooLate]);
    if (server.#port === undefined) {
      await server.kill();
      throw new Error(`The server did not start:\n${server.output}`);
    }
    return server;
  }

  /**
   * Starts a server without waiting until it listens.
   *
   * @param database null sets only the variables in `env`
   */
  static spawn(
    database: DatabaseSettings | null,
    { env = {}, nodeOptions = [], command, folder = ROOT, onLine }: ProcessOptions = {},
  ): ServerProcess {
    const [program, ...words] = command ?? [process.execPath, ...nodeOptions, SERVER_FILE];
    return new ServerProcess(
      spawn(program, words, {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          PORT: '0',
          ...(database === null ? {} : productionVariables(database)),
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
      onLine,
    );
  }

  get processId(): number {
    return this.child.pid!;
  }

  get port(): number {
    if (this.#port === undefined) throw new Error('The server does not listen');
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** Process ids of what it has started: its workers, or the program that npm runs. */
  async children(): Promise<number[]> {
    const parent = String(this.processId);
    const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', parent]);
    return stdout.trim().split(/\s+/).map(Number);
  }

  /** Its whole output, for error messages. */
  get output(): string {
    return [...this.otherOutput, ...this.log.map((line) => JSON.stringify(line))].join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills it, as in a power failure. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** Stops it with SIGTERM, and waits until it has exited. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.exited;
  }

  #read(text: string): void {
    let line: LogLine;
    try {
      line = JSON.parse(text) as LogLine;
    } catch {
      this.otherOutput.push(text);
      return;
    }
    if (this.onLine(line, text)) this.log.push(line);
    if (line.message.startsWith('Listening on port')) this.#port = line.port as number;
  }
}

/** Starts one of the operator's commands, as `node dist/cli.js` does. */
export function spawnCli(
  database: DatabaseSettings,
  words: readonly string[],
  env: Variables = {},
): ChildProcess {
  return spawn(process.execPath, [CLI_FILE, ...words], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      SECRET_KEY: TEST_SECRET,
      ...databaseVariables(database),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function productionVariables(database: DatabaseSettings): Variables {
  return {
    NODE_ENV: 'production',
    SECRET_KEY: TEST_SECRET,
    BCRYPT_ROUNDS: '4',
    RATE_LIMIT_ENABLED: 'false',
    PASSWORD_DENYLIST: 'false',
    ...databaseVariables(database),
  };
}

/** Runs one of the operator's commands to its end. */
export async function runCli(
  database: DatabaseSettings,
  words: readonly string[],
  env: Variables = {},
): Promise<{ code: number; output: string }> {
  const child = spawnCli(database, words, env);
  const [output, complaints, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { code, output: output + complaints };
}

/** The environment variables that name a database. */
export function databaseVariables(settings: DatabaseSettings): Variables {
  return settings.dialect === 'sqlite'
    ? { DB_DIALECT: 'sqlite', DB_STORAGE: settings.storage }
    : {
        DB_DIALECT: 'mysql',
        ...(settings.socket === null
          ? { DB_HOST: settings.host, DB_PORT: String(settings.port) }
          : { DB_SOCKET: settings.socket }),
        DB_USER: settings.user,
        DB_PASS: settings.password,
        DB_DATABASE: settings.database,
        DB_POOL_MAX: String(settings.poolMax),
      };
}
