import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '..', '..');
/** Sees that each patch can be applied: none could where one has been. */
const FIT_TEST = path.join('tests', 'unit', 'mutants.test.ts');
/** Each after 100 ms more than the one before. */
const REMOVAL_RETRIES = 5;

/** A copy of the working tree, without what git ignores, that patches may change. */
export class ScratchTree {
  readonly folder: string;
  /** Temporary files of whatever runs in it: gone with the tree. */
  readonly temporary: string;
  readonly #base: string;

  constructor() {
    this.#base = mkdtempSync(path.join(tmpdir(), 'mutants-'));
    this.folder = path.join(this.#base, 'tree');
    this.temporary = path.join(this.#base, 'tmp');
    mkdirSync(this.temporary);
    const files = execFileSync('git', ['ls-files', '-z', '-c', '-o', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    for (const file of files.split('\0').filter(Boolean)) {
      cpSync(path.join(ROOT, file), path.join(this.folder, file));
    }
    rmSync(path.join(this.folder, FIT_TEST));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.folder, 'node_modules'));
  }

  /** @returns why it can't be applied, or undefined */
  apply(patch: string): string | undefined {
    return applyPatch(this.folder, patch);
  }

  revert(patch: string): void {
    const fault = applyPatch(this.folder, patch, '--reverse');
    if (fault !== undefined) throw new Error(`A patch can't be taken back: ${fault}`);
  }

  remove(): void {
    // Whoever was killed in the midst of writing there takes a moment to be gone.
    rmSync(this.#base, { recursive: true, force: true, maxRetries: REMOVAL_RETRIES });
  }
}

/** @returns why the patch can't be applied, or undefined where it was, or could be with `--check` */
export function applyPatch(
  folder: string,
  patch: string,
  ...options: string[]
): string | undefined {
  const { status, stderr } = spawnSync('git', ['apply', ...options], {
    cwd: folder,
    encoding: 'utf8',
    input: patch,
  });
  return status === 0 ? undefined : stderr.trim();
}
