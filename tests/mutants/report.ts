import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Mutant } from './mutant';
import { ROOT } from './scratch-tree';

const FILE = path.join(ROOT, 'docs', 'reliability.md');
const BEGIN = '<!-- mutants:begin -->';
const END = '<!-- mutants:end -->';

/** What became of one mutant. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly isKilled: boolean;
  /** By which test, or why it could not be tried. */
  readonly note: string;
}

/** Writes the table into its place in the document. */
export function writeReport(verdicts: readonly Verdict[]): void {
  const text = readFileSync(FILE, 'utf8');
  const [before, rest = ''] = text.split(BEGIN);
  const after = rest.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${FILE} has no place for it`);
  writeFileSync(FILE, `${before}${BEGIN}\n\n${tableOf(verdicts)}\n\n${END}${after}`);
}

function tableOf(verdicts: readonly Verdict[]): string {
  const killed = verdicts.filter(({ isKilled }) => isKilled).length;
  const rows = [
    ['mutant', 'rule that it breaks', 'killed by'],
    ['---', '---', '---'],
    ...verdicts.map(({ mutant, isKilled, note }) => [
      `\`${mutant.name}\``,
      mutant.rule,
      isKilled ? note : `**survived**: ${note}`,
    ]),
  ];
  return [
    `${String(killed)} of ${String(verdicts.length)} mutants were killed.`,
    '',
    ...aligned(rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))),
  ].join('\n');
}

/** As Prettier has tables. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      cell === '---' ? '-'.repeat(widths[column]!) : cell.padEnd(widths[column]!),
    );
    return `| ${cells.join(' | ')} |`;
  });
}
