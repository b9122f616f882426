/** Writes the results of a run of the fault tests into docs/reliability.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

const BEGIN = '<!-- faults:begin -->';
const END = '<!-- faults:end -->';

/**
 * @typedef {{ area: string, fault: string, checked: string, times: number, held: boolean, found?: string }} FaultRow
 * @param {{ root: string, profile: string, minutes: number, rows: FaultRow[] }} run
 */
export async function writeReport({ root, profile, minutes, rows }) {
  const file = path.join(root, 'docs', 'reliability.md');
  const text = readFileSync(file, 'utf8');
  const [before, rest = ''] = text.split(BEGIN);
  const after = rest.split(END)[1];
  if (after === undefined) throw new Error(`${file} has no markers for the report`);
  const section = [summary({ profile, minutes, rows }), ...tables(rows)].join('\n\n');
  const options = await resolveConfig(file);
  const whole = `${before}${BEGIN}\n\n${section}\n\n${END}${after}`;
  writeFileSync(file, await format(whole, { ...options, parser: 'markdown' }));
}

function summary({ profile, minutes, rows }) {
  const broken = rows.filter(({ held }) => !held).length;
  const sum = rows.reduce((total, { times }) => total + times, 0);
  const verdict = broken === 0 ? 'All of them held.' : `**${broken} did not hold; see below.**`;
  const command = `npm run test:faults${profile === 'full' ? '' : ` -- --${profile}`}`;
  const today = new Date().toISOString().slice(0, 10);
  return (
    `Run of ${today}, ${minutes.toFixed(0)} minutes, on ${databases()}, Node.js ` +
    `${process.version}, ${cpus().length} processor cores: ${rows.length} kinds of fault, caused ` +
    `${sum.toLocaleString('en')} times in the ${profile} pass. ${verdict} To repeat it: \`${command}\`.`
  );
}

function databases() {
  const require = createRequire(import.meta.url);
  const Libsql = require('libsql');
  const database = new Libsql(':memory:');
  const { version } = database.prepare('SELECT sqlite_version() AS version').get();
  database.close();
  return `${mariadbVersion()} and SQLite ${version}`;
}

function mariadbVersion() {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
  const text = execFileSync('mariadbd', ['--version'], { env, encoding: 'utf8' });
  return `MariaDB ${/Ver ([\d.]+)/.exec(text)?.[1]}`;
}

function tables(rows) {
  const areas = [...new Set(rows.map(({ area }) => area))].sort();
  return areas.map((area) =>
    [
      `### ${area}`,
      '',
      '| fault | times | what was checked | result |',
      '| --- | ---: | --- | --- |',
      ...rows.filter((row) => row.area === area).map(line),
    ].join('\n'),
  );
}

function line({ fault, times, checked, held, found }) {
  const result = [held ? 'held' : '**broken**', ...(found === undefined ? [] : [found])].join(': ');
  return `| ${fault} | ${times} | ${checked} | ${result} |`;
}
