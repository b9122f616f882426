import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePort } from '../../support/setup/free-port';
import { ProductionFolder } from '../../support/servers/production-folder';
import { ServerProcess } from '../../support/servers/server-process';
import { until } from '../../support/setup/until';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

async function isServed(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    () => true,
    () => false,
  );
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

describe('an installation with production packages only', () => {
  let folder: ProductionFolder;
  beforeAll(() => {
    folder = new ProductionFolder({ hasBuild: true });
  });
  afterAll(() => {
    folder.remove();
  });
  const npm = (...words: string[]) => ({
    folder: folder.path,
    command: ['npm', ...words] as [string, ...string[]],
  });

  it.each(SIGNALS)('npm start serves what was built, and stops it in order on %s', async (name) => {
    const server = await ServerProcess.start(null, npm('start'));
    const [child] = await server.children();
    server.signal(name);

    await server.exited;
    await until(() => !isAlive(child!));
    expect(await isServed(server.url)).toBe(false);
    expect(server.log.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^Shutting down: SIG(TERM|INT|HUP)$/),
    );
    // The file is free again.
    await (await ServerProcess.start(null, npm('start'))).stop();
  });

  it('npm ends when the server has ended, with its exit code', async () => {
    const server = await ServerProcess.start(null, npm('start'));
    const [child] = await server.children();
    server.signal('SIGTERM');

    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(isAlive(child!)).toBe(false);
  });

  it('stops with npm, even if npm is killed', async () => {
    const server = await ServerProcess.start(null, npm('start'));
    const [child] = await server.children();
    await server.kill();

    await until(() => !isAlive(child!));
    expect(server.log.map(({ message }) => message)).toContain('Shutting down: SIGHUP');
  });

  it.each(SIGNALS)('npm run qa:server leaves nothing behind on %s', async (name) => {
    const child = spawn('npm', ['run', '-s', 'qa:server'], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, PORT: '0', TMPDIR: folder.path },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const leftovers = () => readdirSync(folder.path).filter((it) => it.startsWith('tickets-qa-'));
    for await (const line of createInterface(child.stdout)) if (line.startsWith('# Ready')) break;
    expect(leftovers()).toHaveLength(1);

    child.kill(name);

    await until(() => leftovers().length === 0);
  });

  it('npm run qa:server leaves nothing behind if its port is taken', async () => {
    const port = await freePort();
    const holder = await ServerProcess.start(null, {
      folder: folder.path,
      env: { PORT: String(port) },
    });
    try {
      await expect(
        promisify(execFile)('npm', ['run', '-s', 'qa:server'], {
          cwd: folder.path,
          env: { PATH: process.env.PATH, PORT: String(port), TMPDIR: folder.path },
        }),
      ).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^The server can't start: listen EADDRINUSE.*\n$/),
      });
      expect(readdirSync(folder.path).filter((it) => it.startsWith('tickets-qa-'))).toEqual([]);
    } finally {
      await holder.stop();
    }
  });

  it("runs the operator's commands", async () => {
    const run = (...words: string[]) =>
      promisify(execFile)('npm', ['run', '-s', ...words], {
        cwd: folder.path,
        env: { PATH: process.env.PATH, DB_STORAGE: 'data/commands.sqlite' },
      });
    expect((await run('db:migrate')).stdout).toContain('migrated 20261123000100-create-users.js');
    expect((await run('db:status')).stdout).not.toContain('pending');
  });
});

describe('an installation with neither a build nor a compiler', () => {
  it('says in one line what to do', async () => {
    const folder = new ProductionFolder({ hasBuild: false });
    try {
      for (const script of ['start', 'db:migrate', 'qa:server']) {
        const child = spawn('npm', ['run', '-s', script], { cwd: folder.path });
        const lines: string[] = [];
        createInterface(child.stderr).on('line', (line) => lines.push(line));
        expect(await once(child, 'close')).toEqual([1, null]);
        expect(lines).toEqual([expect.stringContaining('npm ci --include=dev && npm run build')]);
      }
      expect(existsSync(path.join(folder.path, 'data'))).toBe(false);
    } finally {
      folder.remove();
    }
  });
});
