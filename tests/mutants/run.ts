/**
 * `npm run mutants`: makes one deliberate mistake after another in a copy of the source, and checks
 * that the tests notice.
 *
 *   npm run mutants                 all of them
 *   npm run mutants -- NAME…        only these
 *   npm run mutants -- --jobs 4     how many at the same time; the default is 2
 *   npm run mutants -- --check      only checks that each fits the source and compiles
 *
 * Exits with 1 if a mutant survives or no longer fits.
 */
import { parseArgs } from 'node:util';
import { Compiler } from './compiler';
import type { Mutant } from './mutant';
import { MUTANTS } from './mutants';
import { ScratchTree } from './scratch-tree';
import { Workshop } from './workshop';

/** The whole suite, the quick parts first. */
const PROJECTS = [
  'domain',
  'unit',
  'sqlite',
  'mysql',
  'processes-sqlite',
  'processes-mysql',
  'properties',
  'faults',
] as const;

/** The result of one mutant. */
interface Verdict {
  readonly isKilled: boolean;
  /** The test that noticed, or why the mutant could not be tried. */
  readonly note: string;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { jobs: { type: 'string', default: '2' }, check: { type: 'boolean' } },
  });
  const chosen =
    positionals.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => positionals.includes(name));
  if (chosen.length === 0) throw new Error(`No such mutant: ${positionals.join(', ')}`);
  if (values.check) {
    checkFit(chosen);
    return;
  }

  const workshops = await Promise.all(
    Array.from({ length: Number(values.jobs) }, () => Workshop.open()),
  );
  // Skipped for selected mutants, to save time.
  if (positionals.length === 0) await demandSoundSource(workshops[0]!, chosen);
  const verdicts: Verdict[] = [];
  const waiting = [...chosen];
  await Promise.all(
    workshops.map(async (workshop) => {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        verdicts.push(await tried(workshop, mutant));
      }
      await workshop.close();
    }),
  );

  const killed = verdicts.filter(({ isKilled }) => isKilled).length;
  console.log(`\n${String(killed)} of ${String(verdicts.length)} mutants were killed.`);
  if (killed < verdicts.length) process.exitCode = 1;
}

/** @throws Error at the first mutant that does not fit the source or does not compile */
function checkFit(mutants: readonly Mutant[]): void {
  const tree = new ScratchTree();
  try {
    const compiler = new Compiler(tree);
    for (const { name, edits } of mutants) {
      const files = edits.map(({ file }) => file);
      try {
        const before = tree.apply(edits);
        const fault = compiler.compile(files);
        if (fault !== undefined) throw new Error(`It does not compile: ${fault}`);
        tree.restore(before);
        compiler.compile(files);
      } catch (error) {
        throw new Error(`The mutant ${name} does not fit the source`, { cause: error });
      }
    }
  } finally {
    tree.remove();
  }
  console.log(`All ${String(mutants.length)} mutants fit the source.`);
}

/** The tests must pass without a mutant, so that a failure is due to the mutant. */
async function demandSoundSource(workshop: Workshop, mutants: readonly Mutant[]): Promise<void> {
  for (const project of PROJECTS) {
    const tests = mutants.flatMap((mutant) =>
      mutant.tests.filter((selection) => selection.project === project),
    );
    if (tests.length === 0) continue;
    const files = tests.flatMap(({ file }) => file ?? []);
    const isWhole = files.length < tests.length;
    const result = await workshop.runTests(project, isWhole ? [] : [...new Set(files)]);
    if (result.kind !== 'passed') {
      throw new Error(`The tests fail without a mutant: ${JSON.stringify(result)}`);
    }
  }
  console.log('Without a mutant the tests pass.');
}

async function tried(workshop: Workshop, mutant: Mutant): Promise<Verdict> {
  const startedAt = performance.now();
  const [isKilled, note] = await judge(workshop, mutant);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(`${isKilled ? 'killed  ' : 'SURVIVED'} ${mutant.name} (${seconds} s): ${note}`);
  return { isKilled, note };
}

async function judge(workshop: Workshop, mutant: Mutant): Promise<[boolean, string]> {
  let revert: () => void;
  try {
    revert = workshop.apply(mutant);
  } catch (error) {
    return [false, (error as Error).message];
  }
  let killer: Killer | undefined;
  try {
    const named = mutant.tests.map(({ project, file }) => ({ project, files: file ? [file] : [] }));
    const rest = PROJECTS.map((project) => ({ project, files: [] }));
    for (const selection of [...named, ...rest]) {
      const { project, files } = selection;
      const result = await workshop.runTests(project, files);
      if (result.kind === 'broken') return [false, `the tests can't run: ${result.why}`];
      if (result.kind === 'passed') continue;
      if (named.includes(selection)) return [true, result.by];
      killer = { project, ...result };
      break;
    }
  } finally {
    revert();
  }
  return killer ? confirmed(workshop, killer) : [false, 'the whole suite passes'];
}

/** A failure outside of the named tests. */
interface Killer {
  readonly project: string;
  readonly by: string;
  readonly file?: string;
}

/** Checks that it does not also fail without the mutant. */
async function confirmed(
  workshop: Workshop,
  { project, by, file }: Killer,
): Promise<[boolean, string]> {
  const isSound =
    file === undefined || (await workshop.runTests(project, [file])).kind === 'passed';
  return isSound ? [true, by] : [false, `only by a test that also fails without it: ${by}`];
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
