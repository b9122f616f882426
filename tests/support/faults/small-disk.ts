import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** First much at a time, then what little room is left. */
const CHUNKS_BYTES = [1_048_576, 16_384];

/** A small file system of its own, in memory, that can be filled up. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** It takes root, and a system that lets root do it. */
  static canMount(): boolean {
    try {
      SmallDisk.mount(1).unmount();
      return true;
    } catch {
      return false;
    }
  }

  static mount(mebibytes: number): SmallDisk {
    const folder = mkdtempSync(path.join(tmpdir(), 'tickets-disk-'));
    const options = `size=${String(mebibytes)}m,mode=777`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
    return new SmallDisk(folder);
  }

  /** Takes whatever room is left, also while others write; who measures them is not held up. */
  async fill(): Promise<void> {
    for (const bytes of CHUNKS_BYTES) {
      const chunk = Buffer.alloc(bytes);
      try {
        for (;;) await appendFile(this.#filler, chunk);
      } catch (error) {
        if ((error as { code?: string }).code !== 'ENOSPC') throw error;
      }
    }
  }

  /** Gives the room back. */
  free(): void {
    truncateSync(this.#filler);
  }

  unmount(): void {
    // At once, even if a process that was killed still lets go of its files.
    execFileSync('umount', ['--lazy', this.folder], { stdio: 'pipe' });
    rmSync(this.folder, { recursive: true });
  }

  get #filler(): string {
    return path.join(this.folder, 'filler');
  }
}
