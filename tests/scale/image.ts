/**
 * `npm run test:image`: follows the Dockerfile without a container engine. It runs the steps in clean
 * folders, and then runs the result like the container, on a private database: as an unprivileged user
 * that can write only to data/ and logs/.
 *
 * Requires mariadb-server, and root to switch to an unprivileged user and to mount read-only.
 */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { freePort } from '../support/setup/free-port';
import { builderSees, readDockerfile, ROOT, type Stage } from '../support/documents/dockerfile';
import { DatabaseServer } from '../support/servers/database-server';
import { until } from '../support/setup/until';

/** `node` of the base image. */
const PLAIN_USER = 1_000;
const WORK_FOLDER = '/app';
const READY_LIMIT_MS = 20_000;
const SECRET = 'a secret that is only good for tests, 48 bytes long';

type Variables = Readonly<Record<string, string>>;

function main(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('Run it as root: it switches to an unprivileged user itself');
  const folder = mkdtempSync(path.join(tmpdir(), 'tickets-image-'));
  const exercise = async (): Promise<void> => {
    const image = build(folder);
    console.log(`Built: ${sizeOf(image)} of code and dependencies`);
    checkContent(image);
    await checkRefusal(image);
    await checkService(image);
    console.log('The image works');
  };
  return exercise().finally(() => {
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Runs every stage in a separate folder. @returns the work folder of the last one */
function build(folder: string): string {
  const madeBy = new Map<string, string>();
  let root = '';
  for (const [index, stage] of readDockerfile().entries()) {
    root = path.join(folder, `stage-${String(index)}`);
    runStage(stage, root, madeBy);
    if (stage.name !== undefined) madeBy.set(stage.name, root);
  }
  return path.join(root, WORK_FOLDER);
}

function runStage(
  { instructions }: Stage,
  root: string,
  madeBy: ReadonlyMap<string, string>,
): void {
  const variables: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    // The cache of npm.
    HOME: process.env.HOME ?? '',
  };
  let folder = root;
  for (const { keyword, flags, words, text } of instructions) {
    const what = `${keyword} ${text}`;
    switch (keyword) {
      case 'WORKDIR':
        folder = path.join(root, text);
        mkdirSync(folder, { recursive: true });
        break;
      case 'ENV': {
        const [name = '', value = ''] = text.split('=');
        variables[name] = value;
        break;
      }
      case 'COPY':
        copy(words, folder, flags.from === undefined ? undefined : madeBy.get(flags.from));
        break;
      case 'RUN':
        console.log(what);
        execFileSync(
          'sh',
          ['-ec', text.replace('node:node', `${String(PLAIN_USER)}:${String(PLAIN_USER)}`)],
          {
            cwd: folder,
            env: variables,
            stdio: ['ignore', 'ignore', 'inherit'],
          },
        );
        break;
      default:
        // Metadata of the image, checked below.
        assert.match(keyword, /^(USER|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|CMD)$/);
    }
  }
}

function copy(words: readonly string[], folder: string, stage: string | undefined): void {
  const sources = words.slice(0, -1);
  const target = path.join(folder, words.at(-1)!);
  for (const source of sources) {
    const from = stage === undefined ? path.join(ROOT, source) : path.join(stage, source);
    if (stage === undefined) assert.ok(builderSees().includes(source), `${source} is ignored`);
    const isIntoFolder = sources.length > 1 || words.at(-1)!.endsWith('/');
    cpSync(from, isIntoFolder ? path.join(target, source) : target, { recursive: true });
  }
}

function sizeOf(folder: string): string {
  return execFileSync('du', ['-sh', folder], { encoding: 'utf8' }).split('\t')[0]!;
}

function checkContent(image: string): void {
  for (const unwanted of ['src', '.env', '.git', 'tests', 'node_modules/typescript']) {
    assert.ok(!existsSync(path.join(image, unwanted)), `${unwanted} is in the image`);
  }
  // Fails if a package is missing, or one is installed that production does not need.
  execFileSync('npm', ['ls', '--omit=dev'], { cwd: image, stdio: 'pipe' });
}

/** Without secrets it exits, and lists everything that is missing. */
async function checkRefusal(image: string): Promise<void> {
  const { code, output } = await finished(start(image, commandOf('CMD'), {}));
  assert.equal(code, 1);
  assert.match(output, /SECRET_KEY .*must be at least 32/);
  assert.match(output, /In production set DB_HOST/);
  console.log('Without secrets: refused, exit 1');
}

function commandOf(keyword: string): readonly string[] {
  const { instructions } = readDockerfile().at(-1)!;
  return instructions.find((instruction) => instruction.keyword === keyword)!.words;
}

async function checkService(image: string): Promise<void> {
  const mariadb = await DatabaseServer.start();
  const running: ChildProcess[] = [];
  try {
    const env = await prepare(mariadb);
    const refused = await finished(start(image, commandOf('CMD'), env));
    assert.equal(refused.code, 1);
    assert.match(refused.output, /lacks migrations/);
    const migrated = await finished(start(image, ['node', 'dist/cli.js', 'db:migrate'], env));
    assert.equal(migrated.code, 0, migrated.output);

    const isHealthy = async (): Promise<boolean> =>
      (await finished(start(image, commandOf('HEALTHCHECK'), env))).code === 0;
    assert.equal(await isHealthy(), false);
    const server = start(image, commandOf('CMD'), env);
    running.push(server);
    const end = finished(server);
    await until(isHealthy, READY_LIMIT_MS);
    console.log('Refused before the migrations, healthy after them');
    await bookOne(Number(env.PORT));

    const probe = 'touch /app/data/x /app/logs/x && ! touch /app/x && ! touch /app/dist/x && id -u';
    const written = await finished(start(image, ['sh', '-c', `(${probe}) 2>/dev/null`], env));
    assert.equal(written.output.trim(), String(PLAIN_USER));
    assert.ok(existsSync(path.join(image, 'logs', 'server.log')), 'There is no log file');
    console.log('As an unprivileged user it writes only to data/ and logs/');

    server.kill('SIGTERM');
    assert.equal((await end).code, 0);
    console.log('SIGTERM: exit 0');
  } finally {
    for (const child of running) child.kill('SIGKILL');
    await mariadb.stop();
  }
}

async function prepare(mariadb: DatabaseServer): Promise<Variables> {
  const admin = await createConnection({ host: '127.0.0.1', port: mariadb.port, user: 'root' });
  await admin.query('CREATE DATABASE tickets; '.trim());
  await admin.query("CREATE USER tickets@'%' IDENTIFIED BY 'password of the test'");
  await admin.query("GRANT ALL ON tickets.* TO tickets@'%'");
  await admin.end();
  return {
    PORT: String(await freePort()),
    SECRET_KEY: SECRET,
    DB_HOST: '127.0.0.1',
    DB_PORT: String(mariadb.port),
    DB_USER: 'tickets',
    DB_PASS: 'password of the test',
    DB_DATABASE: 'tickets',
    LOG_DIR: 'logs',
  };
}

async function bookOne(port: number): Promise<void> {
  const call = async (route: string, body: object, token = ''): Promise<{ data: unknown }> => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, `${route} → ${String(answer.status)} ${await answer.clone().text()}`);
    return (await answer.json()) as { data: unknown };
  };
  const person = { email: 'someone@example.com', password: 'five small green boats' };
  await call('/api/auth/signup', person);
  const { token } = (await call('/api/auth/login', person)).data as { token: string };
  const body = { event_name: 'Concert', total_tickets: 5 };
  const event = (await call('/api/events/initialize', body, token)).data as { id: number };
  const booked = await call('/api/tickets/book', { event_id: event.id, quantity: 2 }, token);
  assert.equal((booked.data as { outcome: string }).outcome, 'booked');
  console.log('Signed up, logged in, created an event and booked');
}

/** Every file system read-only except data/ and logs/, no privileges, and only these variables. */
function start(image: string, command: readonly string[], variables: Variables): ChildProcess {
  const user = String(PLAIN_USER);
  const script = [
    'set -e',
    `mkdir -p ${WORK_FOLDER}`,
    `mount --rbind "$IMAGE" ${WORK_FOLDER}`,
    'mount -o remount,ro,bind /',
    `mount -o remount,ro,bind ${WORK_FOLDER}`,
    `for kept in data logs; do mount --bind "$IMAGE/$kept" ${WORK_FOLDER}/$kept; done`,
    `for kept in data logs; do mount -o remount,rw,bind ${WORK_FOLDER}/$kept; done`,
    `cd ${WORK_FOLDER}`,
    'unset IMAGE',
    `exec setpriv --reuid ${user} --regid ${user} --clear-groups --no-new-privs ` +
      '--bounding-set -all --inh-caps -all "$@"',
  ].join('\n');
  return spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', ...command], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', IMAGE: image, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (part: Buffer) => (output += part.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
