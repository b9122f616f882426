import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FuzzReport } from './tally';

const ROOT = path.resolve(__dirname, '..', '..');
const FILE = path.join(ROOT, 'docs', 'fuzzing.md');
const BEGIN = '<!-- Written by npm run test:fuzz from here -->';
const END = '<!-- to here -->';
const MIB = 1_024 * 1_024;
const SHOWN_DEPENDENCIES = ['express', 'sequelize', 'mysql2', 'class-validator', 'fast-check'];

/** Writes the figures of a run into docs/fuzzing.md; the text written by hand stays. */
export function writeReport(report: FuzzReport): void {
  const text = readFileSync(FILE, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const [, after = ''] = rest.split(END);
  writeFileSync(FILE, `${before}${BEGIN}\n\n${figures(report)}\n\n${END}${after}`);
}

function figures(report: FuzzReport): string {
  const { server } = report;
  return [
    table(
      ['what', 'figure'],
      [
        ['requests', grouped(report.requests)],
        ['seed', String(report.seed)],
        ['when', new Date().toISOString().slice(0, 10)],
        ['time', `${grouped(Math.round(report.seconds))} s`],
        ['versions', versions()],
        ['answers with a fault', String(report.findings.length)],
        ['503 because the deadline came before the request’s turn', grouped(report.late)],
        ['errors in the server’s log', String(server.errors.length)],
        ['server at the end', `exit code ${String(server.exit.code)} after SIGTERM`],
        ['prototypes changed', server.polluted ? 'yes' : 'no'],
        ['events reconciled, every ticket accounted for', grouped(report.events)],
        ['longest stall of the event loop', milliseconds(server.worstMs)],
        [
          'the same, counting only time the process was computing',
          milliseconds(server.worstBusyMs),
        ],
        [
          'memory at the beginning and the end',
          `${mebibytes(server.startRss)} and ${mebibytes(server.rss)}`,
        ],
      ],
    ),
    ...report.findings.map((finding) => `- ${finding}`),
    '### By status',
    table(['status', 'requests'], counted(report.byStatus)),
    '### By what was wrong with the request',
    table(['kind', 'requests'], counted(report.byKind)),
    '### By operation',
    byOperation(report),
  ].join('\n\n');
}

function byOperation({ byOperation: operations, byStatus }: FuzzReport): string {
  const statuses = Object.keys(byStatus);
  return table(
    ['operation', ...statuses],
    Object.entries(operations).map(([name, counts]) => [
      `\`${name}\``,
      ...statuses.map((status) => (counts[status] ? grouped(counts[status]) : '')),
    ]),
  );
}

function counted(counts: Readonly<Record<string, number>>): string[][] {
  return Object.entries(counts).map(([name, count]) => [escaped(name), grouped(count)]);
}

/** A kind may contain what was sent, so it is escaped for Markdown. */
function escaped(name: string): string {
  return `\`${name.replaceAll('|', '\\|')}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function versions(): string {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  const all = { ...dependencies, ...devDependencies };
  const named = SHOWN_DEPENDENCIES.map((name) => `${name} ${all[name] ?? '?'}`);
  return [`Node ${process.versions.node}`, 'MariaDB', ...named].join(', ');
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
