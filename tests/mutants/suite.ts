import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ScratchTree } from './scratch-tree';

/** Time limit, after which the suite counts as hanging. */
const SUITE_LIMIT_MS = 10 * 60_000;

/** The parts of Jest's report that are used. */
interface JestReport {
  readonly numFailedTests: number;
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export type SuiteResult =
  | { readonly kind: 'passed' }
  /** By a test, or by all together if they hang; then there is no file. */
  | { readonly kind: 'failed'; readonly by: string; readonly file?: string }
  /** The tests could not start. */
  | { readonly kind: 'broken'; readonly why: string };

/** Runs tests of one project. */
export async function runTests(
  tree: ScratchTree,
  databasePort: number,
  project: string,
  files: readonly string[],
): Promise<SuiteResult> {
  const report = path.join(tree.temporary, 'report.json');
  rmSync(report, { force: true });
  const { code, output, isLate } = await run(
    tree,
    [
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      project,
      '--runInBand',
      '--json',
      `--outputFile=${report}`,
      ...(files.length > 0 ? ['--testPathPatterns', ...files] : []),
    ],
    {
      TEST_ALL: 'true',
      TEST_HAS_MYSQL: 'true',
      TEST_HAS_MARIADB: 'true',
      TEST_HAS_REDIS: 'true',
      TEST_DB_HOST: '127.0.0.1',
      TEST_DB_PORT: String(databasePort),
      TEST_DB_USER: 'root',
      TEST_DB_PASS: '',
      // The tree is already compiled.
      TEST_WITHOUT_BUILD: 'true',
    },
  );
  if (isLate) return { kind: 'failed', by: 'the tests do not come to an end' };
  if (!existsSync(report)) return { kind: 'broken', why: output.slice(-2_000) };
  const results = JSON.parse(readFileSync(report, 'utf8')) as JestReport;
  const failure = firstFailure(tree, project, results);
  if (failure) return { kind: 'failed', ...failure };
  return code === 0 && results.numPassedTests > 0
    ? { kind: 'passed' }
    : { kind: 'broken', why: output.slice(-2_000) };
}

function firstFailure(
  tree: ScratchTree,
  project: string,
  { testResults }: JestReport,
): { readonly by: string; readonly file: string } | undefined {
  for (const { name, message, assertionResults } of testResults) {
    const file = path.relative(tree.folder, name);
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed) return { by: `${project}: ${failed.fullName}`, file };
    // A file whose set-up failed has no tests to name.
    if (message !== '' && assertionResults.every(({ status }) => status !== 'passed')) {
      return { by: `${project}: ${file}`, file };
    }
  }
  return undefined;
}

async function run(
  tree: ScratchTree,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string; isLate: boolean }> {
  const child = spawn(process.execPath, args, {
    cwd: tree.folder,
    // A group of its own, so that its database servers end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: tree.temporary, ...env },
  });
  const end = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has just exited.
    }
  };
  // First, because the process still uses what is cleaned up next.
  process.prependOnceListener('exit', end);
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    end();
  }, SUITE_LIMIT_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(limit);
  process.off('exit', end);
  return { code, output, isLate };
}
