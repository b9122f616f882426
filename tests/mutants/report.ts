import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Mutant } from './mutant';
import { ROOT } from './scratch-tree';

const FILE = path.join(ROOT, 'docs', 'reliability.md');
const BEGIN = '<!-- mutants:begin -->';
const END = '<!-- mutants:end -->';
const SURVIVED = '**survived**';
const NOT_TRIED = 'not tried yet';

/** What became of one mutant. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly isKilled: boolean;
  /** By which test, or why it could not be tried. */
  readonly note: string;
}

/** Writes the verdict into the table of all mutants; the others keep their rows. */
export function writeReport(mutants: readonly Mutant[], verdict: Verdict): void {
  const text = readFileSync(FILE, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const [table = '', after] = rest.split(END);
  if (after === undefined) throw new Error(`${FILE} has no place for the table of mutants`);
  const ends = new Map(
    [...table.matchAll(/^\| `([\w-]+)` .*\| (.+?) +\|$/gm)].map(([, name, end]) => [
      name,
      end!.trim(),
    ]),
  );
  const { mutant, isKilled, note } = verdict;
  ends.set(mutant.name, cellOf(isKilled ? note : `${SURVIVED}: ${note}`));
  const rows = mutants.map(({ name, rule }) => [
    `\`${name}\``,
    cellOf(rule),
    ends.get(name) ?? NOT_TRIED,
  ]);
  const killed = rows.filter(([, , end]) => !end!.startsWith(SURVIVED) && end !== NOT_TRIED);
  writeFileSync(
    FILE,
    [
      `${before}${BEGIN}`,
      `${String(killed.length)} of ${String(rows.length)} mutants were killed.`,
      tableOf([['mutant', 'rule that it breaks', 'killed by'], ...rows]),
      `${END}${after}`,
    ].join('\n\n'),
  );
}

function cellOf(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

/** As Prettier has tables. */
function tableOf([head, ...rows]: readonly (readonly string[])[]): string {
  const widths = head!.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (row: readonly string[]): string =>
    line(row.map((cell, column) => cell.padEnd(widths[column]!)));
  return [padded(head!), line(widths.map((width) => '-'.repeat(width))), ...rows.map(padded)].join(
    '\n',
  );
}
