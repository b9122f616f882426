import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MysqlSettings } from '../../src/config/config';
import { freePort } from '../../tests/support/setup/free-port';
import { BENCH_SECRET } from './bench-database';

const ROOT = path.resolve(__dirname, '..', '..');
const START_LIMIT_MS = 30_000;
const POLL_MS = 50;

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

export type Contestant = 'ours' | 'textbook' | 'idle chain' | 'empty';

const COMMANDS: Readonly<Record<Contestant, readonly string[]>> = {
  ours: ['dist/server.js'],
  textbook: ['dist/bench/bench/servers/textbook.js'],
  'idle chain': ['dist/bench/bench/servers/idle-chain.js'],
  empty: ['dist/bench/bench/servers/empty.js'],
};

/** The Node options of `npm start`, for every server. */
function startOptions(): string[] {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  return manifest.scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** Compiles all servers, because ts-node would slow down the others. */
export function buildServers(): void {
  const compiler = createRequire(__filename).resolve('typescript/bin/tsc');
  for (const project of ['tsconfig.build.json', 'bench/tsconfig.json']) {
    execFileSync(process.execPath, [compiler, '-p', project], { cwd: ROOT, stdio: 'inherit' });
  }
  // Files that the server expects next to its own code.
  for (const name of ['package.json', 'migrations']) {
    const link = path.join(ROOT, 'dist/bench', name);
    rmSync(link, { force: true });
    symlinkSync(path.join(ROOT, name), link);
  }
}

/** One of the compared servers, as a separate process that logs to a file. */
export class BenchServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(
    contestant: Contestant,
    database: MysqlSettings,
    { env = {}, nodeOptions = [] }: StartOptions = {},
  ): Promise<BenchServer> {
    const port = await freePort();
    const folder = mkdtempSync(path.join(tmpdir(), 'tickets-bench-log-'));
    const log = openSync(path.join(folder, 'log'), 'w');
    const args = [...startOptions(), ...nodeOptions, ...COMMANDS[contestant]];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        PORT: String(port),
        SECRET_KEY: BENCH_SECRET,
        // Rate limits would end every run in its first second.
        RATE_LIMIT_ENABLED: 'false',
        DB_DIALECT: 'mysql',
        DB_HOST: database.host,
        DB_PORT: String(database.port),
        DB_USER: database.user,
        DB_PASS: database.password,
        DB_DATABASE: database.database,
        ...env,
      },
    });
    closeSync(log);
    const server = new BenchServer(child, folder, `http://127.0.0.1:${String(port)}`);
    const limit = performance.now() + START_LIMIT_MS;
    while (!(await accepts(port))) {
      if (child.exitCode !== null || performance.now() > limit) {
        throw new Error(
          `${contestant} did not start:\n${readFileSync(path.join(folder, 'log'), 'utf8')}`,
        );
      }
      await pause(POLL_MS);
    }
    return server;
  }

  get processId(): number {
    return this.child.pid!;
  }

  /** Resident memory of the process, in bytes. */
  get memory(): number {
    const status = readFileSync(`/proc/${String(this.child.pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
    rmSync(this.folder, { recursive: true });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
