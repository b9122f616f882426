import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyEdit, type Edit } from './mutant';

const ROOT = path.resolve(__dirname, '..', '..');
/** Each retry waits 100 ms longer than the one before. */
const REMOVAL_RETRIES = 5;

/** A copy of the working tree, without what git ignores, that mutants may change. */
export class ScratchTree {
  readonly folder: string;
  /** Temporary files of the tests, removed with the tree. */
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
    // Git also lists a deleted file until the deletion is committed.
    const present = files.split('\0').filter((file) => file && existsSync(path.join(ROOT, file)));
    for (const file of present) {
      cpSync(path.join(ROOT, file), path.join(this.folder, file));
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.folder, 'node_modules'));
  }

  /**
   * Makes the edits.
   *
   * @returns the files as they were, for `restore`
   * @throws Error if an edit does not fit; then nothing is changed
   */
  apply(edits: readonly Edit[]): ReadonlyMap<string, string> {
    const before = new Map(edits.map(({ file }) => [file, this.#read(file)]));
    const after = new Map(before);
    for (const edit of edits) after.set(edit.file, applyEdit(after.get(edit.file)!, edit));
    this.restore(after);
    return before;
  }

  restore(contents: ReadonlyMap<string, string>): void {
    for (const [file, text] of contents) writeFileSync(path.join(this.folder, file), text);
  }

  remove(): void {
    // A killed process that was writing there takes a moment to exit.
    rmSync(this.#base, { recursive: true, force: true, maxRetries: REMOVAL_RETRIES });
  }

  #read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8');
  }
}
