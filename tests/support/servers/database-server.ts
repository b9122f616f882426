import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../setup/free-port';
import { engineOf, type Engine, type EngineName } from './database-engine';

const START_LIMIT_MS = 60_000;
const POLL_MS = 50;

export interface ServerOptions {
  /** MariaDB by default. */
  readonly engine?: EngineName;
  /** Further options of the server. */
  readonly options?: readonly string[];
  /** Options for making the data folder too. */
  readonly initialOptions?: readonly string[];
  readonly port?: number;
  /** The data folder; by default a temporary one, removed at the end. */
  readonly dataFolder?: string;
}

/** A private MariaDB or MySQL on a free port, with a separate data folder. */
export class DatabaseServer {
  #process: ChildProcess | undefined;

  private constructor(
    readonly engine: Engine,
    readonly port: number,
    readonly folder: string,
    private readonly options: readonly string[],
  ) {}

  static async start({
    engine: name = 'mariadb',
    options = [],
    initialOptions = [],
    port,
    dataFolder,
  }: ServerOptions = {}): Promise<DatabaseServer> {
    const engine = engineOf(name);
    const folder = dataFolder ?? mkdtempSync(path.join(tmpdir(), `tickets-${name}-`));
    // In a folder that several use, a server that starts removes the temporary tables of the others.
    const lasting = [...initialOptions, `--tmpdir=${folder}`];
    engine.initialize(path.join(folder, 'data'), lasting);
    const all = [...lasting, ...options];
    const server = new DatabaseServer(engine, port ?? (await freePort()), folder, all);
    await server.restart();
    return server;
  }

  /** Its unix socket. */
  get socket(): string {
    return path.join(this.folder, 'server.sock');
  }

  get processId(): number {
    const id = this.#process?.pid;
    if (id === undefined) throw new Error(`${this.engine.label} is not running`);
    return id;
  }

  /** Whether it has exited or was killed. */
  get hasEnded(): boolean {
    return this.#process?.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Starts the server on the existing data. */
  async restart(): Promise<void> {
    const [file, ...args] = this.engine.command;
    const server = spawn(
      file,
      [
        ...args,
        `--datadir=${path.join(this.folder, 'data')}`,
        `--socket=${this.socket}`,
        `--pid-file=${path.join(this.folder, 'server.pid')}`,
        `--log-error=${path.join(this.folder, 'server.log')}`,
        `--port=${String(this.port)}`,
        `--user=${userInfo().username}`,
        '--bind-address=127.0.0.1',
        '--innodb-flush-log-at-trx-commit=1',
        '--innodb-buffer-pool-size=256M',
        // Ids with gaps, so that code which relies on insertId + 1 fails.
        '--auto-increment-increment=7',
        '--auto-increment-offset=3',
        ...this.options,
      ],
      { stdio: 'ignore' },
    );
    this.#process = server;
    const limit = Date.now() + START_LIMIT_MS;
    while (!(await accepts(this.port))) {
      if (server.exitCode !== null || Date.now() > limit) {
        throw new Error(`${this.engine.label} did not start: see ${this.folder}/server.log`);
      }
      await pause(POLL_MS);
    }
  }

  /** As in a power failure. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Shuts down cleanly and removes the data. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  }
}

/** A listening port is not enough: the server sends a greeting only once it is ready. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once('data', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
    socket.setTimeout(1_000, () => {
      settle(false);
    });
  });
}
