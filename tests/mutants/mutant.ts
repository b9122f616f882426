import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const PATCHES = path.join(__dirname, 'patches');

/** Tests of one project: a file, or all of it where none is named. */
export interface TestSelection {
  readonly project: string;
  readonly file?: string;
}

/** One deliberate mistake. */
export interface Mutant {
  readonly name: string;
  /** What holds in the sound source, and does not hold in this one. */
  readonly rule: string;
  /** Those that should notice, the quickest first. */
  readonly tests: readonly TestSelection[];
  /** The text of the patch: a head of `Rule:` and `Tests:` lines, then a unified diff. */
  readonly patch: string;
  /** The files that it changes. */
  readonly files: readonly string[];
}

/** @throws Error where a patch does not say what it breaks or who should notice */
export function readMutants(): Mutant[] {
  return readdirSync(PATCHES)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => readMutant(path.join(PATCHES, file)));
}

function readMutant(file: string): Mutant {
  const name = path.basename(file, '.patch');
  const patch = readFileSync(file, 'utf8');
  const [head = ''] = patch.split(/^--- /m);
  const values = (key: string): string[] =>
    [...head.matchAll(new RegExp(`^${key}: (.+)$`, 'gm'))].map(([, value]) => value!);
  const [rule] = values('Rule');
  const tests = values('Tests').map((line): TestSelection => {
    const [project = '', file] = line.split(' ');
    return file === undefined ? { project } : { project, file };
  });
  if (rule === undefined || tests.length === 0) {
    throw new Error(`${name}: the patch must begin with a line "Rule: …" and a line "Tests: …"`);
  }
  const files = [...patch.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, changed]) => changed!);
  return { name, rule, tests, patch, files };
}
