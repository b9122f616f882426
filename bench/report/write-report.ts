import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import type { Plan } from '../plan';
import type { Curve } from '../scenarios/hot-event';
import { ENTRANTS } from '../support/entrants';
import { withSpread, type Finding, type Line } from './finding';
import type { Machine } from './machine';
import { plotOverClients } from './plots';

const DOCS = path.resolve(__dirname, '..', '..', 'docs');

export interface Results {
  readonly plan: Plan;
  readonly machine: Machine;
  readonly curve: Curve;
  readonly findings: readonly Finding[];
  /** Scenarios in which something went wrong, and what. */
  readonly voids: readonly string[];
}

/** Writes docs/benchmarks.md and its pictures. */
export async function writeReport(results: Results): Promise<void> {
  writePlots(results);
  const markdown = await format(markdownOf(results), { parser: 'markdown', printWidth: 100 });
  writeFileSync(path.join(DOCS, 'benchmarks.md'), markdown);
}

export function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, columns.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function tableOfLines(lines: readonly Line[]): string {
  return tableOf(
    ['measure', 'to reach', 'measured', ''],
    lines.map(({ measure, demand, value, isReached }) => [
      measure,
      demand,
      value,
      isReached ? 'reached' : '**not reached**',
    ]),
  );
}

function markdownOf({ plan, machine, curve, findings, voids }: Results): string {
  const commits = withSpread(curve.bareCommits);
  return `# Benchmarks

Written by \`npm run bench\`, whole, and not by hand. To repeat it: install \`mariadb-server\` and
\`wrk\`, then

\`\`\`sh
npm ci
npm run bench              # about twenty minutes; writes this page
npm run bench -- --quick   # about two minutes; only prints
npm run bench -- --only reads,logging
\`\`\`

## What was reached

${tableOfLines(findings.flatMap(({ lines }) => lines))}
${voids.map((text) => `\n**${text}**\n`).join('')}
Medians of the rounds, in brackets the lowest and the highest round. Within a round the services
take turns on the same database, and what is compared comes from the same round. The database grows
during the run, by some millions of rows: figures of different tables are not to be compared.

## How it was measured

- ${machine.date}, ${machine.processors}, ${machine.memory} of memory, Linux ${machine.kernel}, Node ${machine.node}, ${machine.database}.
- The load generator (wrk, one thread, a closed loop: each client asks again once it is answered),
  the database and the server share the processors.
- The database is a private one, with \`innodb_flush_log_at_trx_commit=1\`: each commit is on disk
  before it is answered. One connection that does nothing but a guarded UPDATE, an INSERT and a COMMIT
  in a loop made **${commits} commits/s**: the database alone, without any service around it.
- Each server is started for its measurement, works for ${String(plan.warmUpSeconds)} s before it counts, and is measured for
  ${String(plan.seconds)} s. All servers run with the options of \`npm start\`, \`NODE_ENV=production\`, rate limits off, logs on, into a file.
- A request that gets no answer or an answer of the wrong kind makes its scenario void, and a ledger
  that is off afterwards the whole run. All events of the run were held against their rows at its end: every ticket
  was where the counters say.

The services:

- **ours**: as \`npm start\` starts it, with idempotency keys, audit log, logs and metrics.
- **textbook**: our own chain up to the handler (token, validation, logs, metrics), and then what a
  careful engineer writes with Sequelize: one transaction a request that locks the event first, READ
  COMMITTED, a pool of ten. Neither keys nor audit log. Also once with a large pool, as it is often set
  when a service is slow.
- **idle chain**: our own app, with its whole chain, logs and metrics, whose handler answers a constant.
- **empty**: a bare Express app: body parser, token check with a key object, a constant answer.

![Throughput over clients](bench-throughput.svg)

![p99 over clients](bench-p99.svg)

![One lock a request against one for a group](bench-collapse.svg)

${findings.map(sectionOf).join('\n\n')}
`;
}

function sectionOf({ title, about, columns, rows }: Finding): string {
  return `## ${title}\n\n${about}\n\n${tableOf(columns, rows)}`;
}

function writePlots({ curve, plan: { clients } }: Results): void {
  const all = ENTRANTS.map(({ name }) => name);
  const services = all.filter((name) => !name.includes('pool'));
  const plots = {
    throughput: { title: 'Answers a second, one hot event', names: services, pick: 'rate' },
    p99: { title: 'p99 of one hot event', names: services, pick: 'p99Ms' },
    collapse: {
      title: 'Bookings of one event: a lock for each request, a lock for each group',
      names: all.filter((name) => name === 'ours' || name.startsWith('textbook')),
      pick: 'rate',
    },
  } as const;
  for (const [name, plot] of Object.entries(plots)) {
    const svg = plotOverClients(curve, clients, {
      ...plot,
      unit: plot.pick === 'rate' ? 'answers a second' : 'ms',
      isLogarithmic: plot.pick === 'p99Ms',
    });
    writeFileSync(path.join(DOCS, `bench-${name}.svg`), `${svg}\n`);
  }
}
