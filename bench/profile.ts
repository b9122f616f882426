/**
 * `npm run bench:profile`: where the time of a booking goes in the server's main thread, next to the same
 * chain with a handler that returns a constant. docs/performance.md quotes it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Arena, PLENTY, startClock, tell } from './arena';
import { FULL_PLAN } from './plan';
import { tableOf } from './report/write-report';
import { buildServers, type Contestant } from './support/bench-server';
import { CROWD } from './support/entrants';
import { requireWrk } from './support/load';

/** A slice of V8's profile format. */
interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}

/** Patterns of the code of each area; the first match counts. */
const AREAS: readonly (readonly [string, RegExp])[] = [
  ['waiting', /^\(idle\)/],
  ['garbage collection', /^\(garbage collector\)/],
  ['Sequelize', /node_modules\/(sequelize|sequelize-pool|lodash|retry-as-promised|moment|uuid)/],
  ['mysql2', /node_modules\/(mysql2|sql-escaper|lru\.min|iconv-lite|long)|writeBuffer|TextRow/],
  ['deciding and writing', /dist\/(bench\/src\/)?(inventory|domain|database)\//],
  ['validation', /node_modules\/(class-validator|class-transformer)/],
  ['token', /node_modules\/(jsonwebtoken|jws|jwa|ecdsa|safe-buffer)|internal\/crypto/],
  ['log and metrics', /node_modules\/(morgan|winston|logform|triple-beam|prom-client|readable-st)/],
  ['Express and its parsers', /node_modules\//],
  ['our middlewares and services', /dist\//],
  ['Node: HTTP and sockets', /node:|writev/],
];
const OTHER = 'the rest';
/** Excludes the end of the profile, when the server is stopped. */
const TAIL_US = 300_000;
const SECONDS = 10;
const US_PER_SECOND = 1_000_000;

async function main(): Promise<void> {
  await requireWrk();
  startClock();
  buildServers();
  const arena = await Arena.open({ ...FULL_PLAN, seconds: SECONDS });
  try {
    const ours = await areasOf(arena, 'ours');
    const idle = await areasOf(arena, 'idle chain');
    const names = [...AREAS.map(([name]) => name), OTHER];
    const rows = names.map((name) => [
      name,
      ...[ours, idle].map((areas) => (areas.get(name) ?? 0).toFixed(0)),
    ]);
    const sums = [ours, idle].map((areas) => [...areas.values()].reduce((a, b) => a + b, 0));
    rows.push(['all of it', ...sums.map((sum) => sum.toFixed(0))]);
    console.log(tableOf(['µs a request', 'ours', 'idle chain'], rows));
  } finally {
    await arena.close();
  }
}

/** Microseconds of the main thread for each request, by area. */
async function areasOf(arena: Arena, contestant: Contestant): Promise<Map<string, number>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tickets-profile-'));
  const load = { steps: ['book'], clients: CROWD } as const;
  const { rate } = await arena.withServer(
    contestant,
    load,
    (server) => arena.measure(server, { ...load, event: { tickets: PLENTY } }),
    { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`] },
  );
  tell(`${contestant}: ${rate.toFixed(0)} /s while profiled`);
  const [file] = readdirSync(folder);
  if (file === undefined) throw new Error(`${contestant} left no profile`);
  const profile = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Profile;
  rmSync(folder, { recursive: true });
  return perRequest(profile, rate);
}

function perRequest({ nodes, samples, timeDeltas }: Profile, rate: number): Map<string, number> {
  const areaOfNode = new Map(nodes.map(({ id, callFrame }) => [id, areaOf(callFrame)]));
  const all = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const to = all - TAIL_US;
  const from = to - (SECONDS - 1) * US_PER_SECOND;
  const requests = (rate * (to - from)) / US_PER_SECOND;
  const areas = new Map<string, number>();
  let now = 0;
  for (const [index, node] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    now += delta;
    if (now < from || now > to) continue;
    const area = areaOfNode.get(node) ?? OTHER;
    areas.set(area, (areas.get(area) ?? 0) + delta / requests);
  }
  return areas;
}

function areaOf({ functionName, url }: CallFrame): string {
  const place = url === '' ? functionName : url;
  return AREAS.find(([, pattern]) => pattern.test(place))?.[0] ?? OTHER;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
