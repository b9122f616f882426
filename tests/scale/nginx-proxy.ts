import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../support/setup/free-port';
import { until } from '../support/setup/until';
import { fileOf } from './tools';

const CONFIG = path.resolve(__dirname, '..', '..', 'ops', 'nginx', 'nginx.conf');

const REPLICAS = ['api-1', 'api-2', 'api-3'];

/** nginx with the configuration of `ops/nginx`, except for addresses and folders. */
export class NginxProxy {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** @param upstreams ports of the replicas; with fewer than three, the others are omitted */
  static async start(upstreams: readonly number[]): Promise<NginxProxy> {
    const port = await freePort();
    const folder = mkdtempSync(path.join(tmpdir(), 'tickets-nginx-'));
    const replacements: [string, string][] = [
      ['listen 8080;', `listen 127.0.0.1:${String(port)};`],
      ...upstreams.map((upstream, index): [string, string] => [
        `server ${REPLICAS[index]!}:3000 `,
        `server 127.0.0.1:${String(upstream)} `,
      ]),
      ...REPLICAS.slice(upstreams.length).map((name): [string, string] => [
        `server ${name}:3000 `,
        `# Left out: ${name} `,
      ]),
      [' /run/nginx/', ` ${folder}/`],
      ['/dev/stdout', path.join(folder, 'access.log')],
      ['/dev/stderr', path.join(folder, 'error.log')],
    ];
    let config = readFileSync(CONFIG, 'utf8');
    for (const [from, to] of replacements) {
      assert.ok(config.includes(from), `nginx.conf lacks ${from}`);
      config = config.replaceAll(from, to);
    }
    const file = path.join(folder, 'nginx.conf');
    writeFileSync(file, config);
    const child = spawn(
      fileOf('nginx'),
      ['-p', folder, '-e', path.join(folder, 'error.log'), '-c', file, '-g', 'daemon off;'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const proxy = new NginxProxy(child, folder, `http://127.0.0.1:${String(port)}`);
    await until(() => fetch(proxy.url).then(Boolean, () => false));
    return proxy;
  }

  /** Its error log. */
  get errors(): string {
    return readFileSync(path.join(this.folder, 'error.log'), 'utf8');
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
    rmSync(this.folder, { recursive: true });
  }
}
