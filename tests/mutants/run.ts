/**
 * `npm run mutants`: makes one deliberate mistake after another in a copy of the source, and sees
 * that the tests notice.
 *
 *   npm run mutants                 all of them
 *   npm run mutants -- NAME…        only these
 *   npm run mutants -- --jobs 4     so many at the same time; 2 where nothing is said
 *
 * What became of each is written into docs/reliability.md.
 *
 * Exits with 1 where a mutant survives, or its patch no longer fits the source.
 */
import { parseArgs } from 'node:util';
import { readMutants, type Mutant } from './mutant';
import { writeReport, type Verdict } from './report';
import { Workshop } from './workshop';

/** The whole suite, the quick parts first. */
const PROJECTS = ['unit', 'sqlite', 'mysql', 'faults'] as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { jobs: { type: 'string', default: '2' } },
  });
  const all = readMutants();
  const chosen =
    positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name));
  if (chosen.length === 0) throw new Error(`No such mutant: ${positionals.join(', ')}`);

  const workshops = await Promise.all(
    Array.from({ length: Number(values.jobs) }, () => Workshop.open()),
  );
  // Somebody who works on one mutant knows their tests.
  if (positionals.length === 0) await demandSoundSource(workshops[0]!, chosen);
  const verdicts: Verdict[] = [];
  const waiting = [...chosen];
  await Promise.all(
    workshops.map(async (workshop) => {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        const verdict = await tried(workshop, mutant);
        verdicts.push(verdict);
        writeReport(all, verdict);
      }
      await workshop.close();
    }),
  );

  const killed = verdicts.filter(({ isKilled }) => isKilled).length;
  console.log(`\n${String(killed)} of ${String(verdicts.length)} mutants were killed.`);
  if (killed < verdicts.length) process.exitCode = 1;
}

/** Without a mutant the tests must pass: only then does a failure say something of the mutant. */
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
  return { mutant, isKilled, note };
}

async function judge(workshop: Workshop, mutant: Mutant): Promise<[boolean, string]> {
  const misfit = workshop.apply(mutant);
  if (misfit !== undefined) return [false, misfit];
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
    workshop.revert(mutant);
  }
  return killer ? confirmed(workshop, killer) : [false, 'the whole suite passes'];
}

/** What nobody expected to fail. */
interface Killer {
  readonly project: string;
  readonly by: string;
  readonly file?: string;
}

/** It may fail without the mutant too, and says nothing then. */
async function confirmed(
  workshop: Workshop,
  { project, by, file }: Killer,
): Promise<[boolean, string]> {
  const isSound =
    file === undefined || (await workshop.runTests(project, [file])).kind === 'passed';
  return isSound ? [true, by] : [false, `only by what fails without it as well: ${by}`];
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
