/**
 * `npm run test:faults`: breaks the server, its database and the network between them, and writes
 * the results into docs/reliability.md.
 *
 *   npm run test:faults              each fault often: up to 15 minutes
 *   npm run test:faults -- --long    for about an hour
 *   npm run test:faults -- --short   the rounds that `npm test` runs
 *   npm run test:faults -- <any>     passed on to Jest, for single faults; writes nothing
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { writeReport } from './report.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const args = process.argv.slice(2);
const profile = args.includes('--long') ? 'long' : args.includes('--short') ? 'short' : 'full';
const others = args.filter((arg) => !['--long', '--short'].includes(arg));
// Frequent faults keep the machine busy, so tests that measure throughput or latency run alone. The
// short pass mostly waits.
const MEASURING = '/(overload|slow-clients)\\.test\\.ts$';
const workers = ['--maxWorkers', profile === 'short' ? '3' : '2'];
const passes =
  profile === 'short' || others.length > 0
    ? [[...workers, ...others]]
    : [
        ['--runInBand', '--testPathPatterns', MEASURING],
        [...workers, '--testPathIgnorePatterns', MEASURING],
      ];

const folder = mkdtempSync(path.join(tmpdir(), 'tickets-faults-'));
const rowsFile = path.join(folder, 'rows.jsonl');
const startedAt = performance.now();
for (const selection of passes) {
  const { status } = spawnSync(
    process.execPath,
    [path.join(root, 'tests', 'run.mjs'), '--all', '--selectProjects', 'faults', ...selection],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, TEST_FAULTS: profile, TEST_FAULT_ROWS: rowsFile },
    },
  );
  process.exitCode ||= status ?? 1;
}
const minutes = (performance.now() - startedAt) / 60_000;

if (existsSync(rowsFile) && others.length === 0) {
  const lines = readFileSync(rowsFile, 'utf8').trim().split('\n');
  await writeReport({ root, profile, minutes, rows: lines.map((line) => JSON.parse(line)) });
}
rmSync(folder, { recursive: true });
