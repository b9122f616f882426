/**
 * `npm run bench`: compares the server with others on this machine, and writes docs/benchmarks.md.
 *
 *   npm run bench                      everything, about twenty minutes
 *   npm run bench -- --quick           the same in about two minutes; only prints
 *   npm run bench -- --only reads,mix  some scenarios; only prints
 */
import { parseArgs } from 'node:util';
import { Arena, startClock, tell } from './arena';
import { FULL_PLAN, QUICK_PLAN, type Plan } from './plan';
import type { Finding } from './report/finding';
import { describeMachine } from './report/machine';
import { tableOf, tableOfLines, writeReport } from './report/write-report';
import * as comparisons from './scenarios/comparisons';
import { measureHotEvent, tellHotEvent, type Curve } from './scenarios/hot-event';
import { everyonePolls } from './scenarios/everyone-polls';
import { loginFlood } from './scenarios/login-flood';
import { loginTiming } from './scenarios/login-timing';
import { memory } from './scenarios/memory';
import { buildServers } from './support/bench-server';
import { requireWrk } from './support/load';

const HOT_EVENT = 'hot-event';

/** In the order of the table of targets. */
const SCENARIOS: Readonly<Record<string, (arena: Arena) => Promise<Finding>>> = {
  'sold-out': comparisons.soldOut,
  reads: comparisons.reads,
  'long-queue': comparisons.longQueue,
  'many-events': comparisons.manyEvents,
  'everyone-polls': everyonePolls,
  'login-flood': loginFlood,
  memory,
  logging: comparisons.logging,
  mix: comparisons.mix,
  processes: comparisons.processes,
  'login-timing': loginTiming,
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  const chosen = values.only?.split(',') ?? [HOT_EVENT, ...Object.keys(SCENARIOS)];
  const unknown = chosen.filter((name) => name !== HOT_EVENT && !(name in SCENARIOS));
  if (unknown.length > 0) {
    const names = [HOT_EVENT, ...Object.keys(SCENARIOS)].join(', ');
    throw new Error(`No such scenario: ${unknown.join(', ')}. There are ${names}`);
  }
  await requireWrk();
  startClock();
  tell('compiling the servers');
  buildServers();
  const isWhole = !values.quick && values.only === undefined;
  await measure(values.quick ? QUICK_PLAN : FULL_PLAN, chosen, isWhole);
}

async function measure(plan: Plan, chosen: readonly string[], isWhole: boolean): Promise<void> {
  tell('starting a database and filling it with people');
  const arena = await Arena.open(plan);
  try {
    const machine = await describeMachine(arena.database);
    const findings: Finding[] = [];
    const voids: string[] = [];
    let curve: Curve | undefined;
    for (const name of chosen) {
      try {
        if (name === HOT_EVENT) {
          curve = await measureHotEvent(arena);
          findings.push(tellHotEvent(curve, plan.clients));
        } else {
          findings.push(await SCENARIOS[name]!(arena));
        }
      } catch (error) {
        // The others go on: each is measured on its own servers and events.
        voids.push(`${name} is void: ${String(error)}`);
        tell(voids.at(-1)!);
        process.exitCode = 1;
      }
    }
    tell('reconciling every event');
    arena.database.reconcileAll();
    print(findings, curve);
    if (isWhole && curve) {
      await writeReport({ plan, machine, curve, findings, voids });
      tell('wrote docs/benchmarks.md');
    }
  } finally {
    await arena.close();
  }
}

function print(findings: readonly Finding[], curve: Curve | undefined): void {
  for (const { title, columns, rows } of findings) {
    console.log(`\n${title}\n${tableOf(columns, rows)}`);
  }
  if (curve) {
    const commits = curve.bareCommits.map((rate) => Math.round(rate)).join(', ');
    console.log(`\nThe database alone, one connection: ${commits} commits/s`);
  }
  console.log(`\n${tableOfLines(findings.flatMap(({ lines }) => lines))}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
