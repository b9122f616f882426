/**
 * `npm run bench:scale`: one process, two workers, and three replicas behind nginx, under the same
 * loads on one machine. Writes the figures into docs/scaling.md and draws docs/images/scaling.svg.
 */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { svgOf } from '../../bench/report/chart';
import { BenchDatabase } from '../../bench/support/bench-database';
import { BenchServer } from '../../bench/support/bench-server';
import { runLoad, type LoadResult, type LoadSpec } from '../../bench/support/load';
import { spawnCli } from '../support/servers/server-process';
import { NginxProxy } from './nginx-proxy';
import { requireTools } from './tools';

const DOCS = path.resolve(__dirname, '..', '..', 'docs');
const CLIENTS = 256;
const ROUNDS = 2;
const RUN_SECONDS = 4;
const WARM_UP_SECONDS = 2;
const EVENTS = 100;
const TICKETS = 1_000_000;
const HEIGHT_PX = 420;

interface Setup {
  readonly name: string;
  readonly replicas: number;
  readonly workers?: number;
  readonly isBehindNginx?: boolean;
}

const SETUPS: readonly Setup[] = [
  { name: '1 process', replicas: 1 },
  { name: '1 process of 2 workers', replicas: 1, workers: 2 },
  { name: '1 process behind nginx', replicas: 1, isBehindNginx: true },
  { name: '3 replicas behind nginx', replicas: 3, isBehindNginx: true },
];

interface Workload {
  readonly name: string;
  readonly steps: LoadSpec['steps'];
  readonly events: number;
}

const WORKLOADS: readonly Workload[] = [
  { name: 'booking, one event', steps: ['book'], events: 1 },
  { name: 'booking, 100 events', steps: ['book'], events: EVENTS },
  { name: 'availability, one event', steps: ['available'], events: 1 },
];

/** A result for each round, by set-up and workload. */
type Results = Map<string, LoadResult[]>;

async function main(): Promise<void> {
  requireTools(['mariadbd', 'nginx', 'wrk']);
  const database = await BenchDatabase.start();
  const results: Results = new Map();
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const setup of SETUPS) await measure(setup, database, results);
    }
    const check = spawnCli(database.settings, ['reconcile']);
    const [code] = (await once(check, 'exit')) as [number];
    assert.equal(code, 0, 'Some events do not reconcile');
  } finally {
    await database.stop();
  }
  writeTable(results);
  writeFileSync(path.join(DOCS, 'images', 'scaling.svg'), draw(results));
}

async function measure(setup: Setup, database: BenchDatabase, results: Results): Promise<void> {
  const servers: BenchServer[] = [];
  for (let count = 0; count < setup.replicas; count += 1) {
    const env = { WEB_CONCURRENCY: String(setup.workers ?? 1) };
    servers.push(await BenchServer.start('ours', database.settings, { env }));
  }
  const ports = servers.map(({ url }) => Number(new URL(url).port));
  const proxy = setup.isBehindNginx === true ? await NginxProxy.start(ports) : undefined;
  const url = proxy?.url ?? servers[0]!.url;
  const load = async ({ steps, events }: Workload, seconds: number): Promise<LoadResult> => {
    const firstEventId = await database.makeEvents({ events, tickets: TICKETS });
    const tokensFile = database.askers;
    return runLoad({ url, clients: CLIENTS, seconds, steps, tokensFile, firstEventId, events });
  };
  await load(WORKLOADS[1]!, WARM_UP_SECONDS);
  for (const workload of WORKLOADS) {
    const result = await load(workload, RUN_SECONDS);
    assert.equal(result.refused + result.broken, 0, `${setup.name}: not all were served`);
    const key = keyOf(setup, workload);
    results.set(key, [...(results.get(key) ?? []), result]);
    console.log(key, rateOf(result).toFixed(0), 'requests/s');
  }
  await proxy?.stop();
  for (const server of servers) await server.stop();
}

function keyOf(setup: Setup, workload: Workload): string {
  return `${setup.name}: ${workload.name}`;
}

function rateOf({ requests, seconds }: LoadResult): number {
  return requests / seconds;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Writes the figures between the two markers in docs/scaling.md. */
function writeTable(results: Results): void {
  const rows = SETUPS.map((setup) => {
    const cells = WORKLOADS.map((workload) => {
      const rounds = results.get(keyOf(setup, workload))!;
      const rates = rounds.map(rateOf).sort((a, b) => a - b);
      const p99 = mean(rounds.map(({ p99Ms }) => p99Ms)).toFixed(0);
      return `${whole(mean(rates))} (${rates.map(whole).join(', ')}); ${p99} ms`;
    });
    return `| ${[setup.name, ...cells].join(' | ')} |`;
  });
  const table = [
    `${String(cpus().length)} processors, ${String(CLIENTS)} clients, ${String(ROUNDS)} rounds of ` +
      `${String(RUN_SECONDS)} s; MariaDB, nginx and wrk on the same machine; Node ` +
      `${process.versions.node}; ${new Date().toISOString().slice(0, 10)}. Requests per second (each ` +
      'round); 99th percentile of the time to an answer.',
    '',
    `| | ${WORKLOADS.map(({ name }) => name).join(' | ')} |`,
    `| --- |${' --- |'.repeat(WORKLOADS.length)}`,
    ...rows,
    '',
    '![Requests a second by set-up and load](images/scaling.svg)',
  ].join('\n');
  const file = path.join(DOCS, 'scaling.md');
  const [before, , after] = readFileSync(file, 'utf8').split(/<!-- \/?measured -->/);
  assert.ok(before !== undefined && after !== undefined, 'docs/scaling.md has lost its marks');
  writeFileSync(file, `${before}<!-- measured -->\n\n${table}\n\n<!-- /measured -->${after}`);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

function draw(results: Results): string {
  const title = `Requests per second, all on one machine of ${String(cpus().length)} processors`;
  return svgOf(HEIGHT_PX, title, {
    legend: { bottom: 0 },
    grid: { left: 80, right: 30, top: 50, bottom: 70 },
    xAxis: { type: 'category', data: WORKLOADS.map(({ name }) => name) },
    yAxis: { type: 'value' },
    color: ['#0b6e4f', '#5fae8b', '#5b7db1', '#8b1e3f'],
    series: SETUPS.map((setup) => ({
      name: setup.name,
      type: 'bar',
      label: { show: true, position: 'top', fontSize: 10 },
      data: WORKLOADS.map((workload) =>
        Math.round(mean(results.get(keyOf(setup, workload))!.map(rateOf))),
      ),
    })),
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
