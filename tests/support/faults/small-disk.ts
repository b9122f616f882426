import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** First in large steps, then the little room that is left. */
const CHUNKS_BYTES = [1_048_576, 16_384];

/** A small separate file system in memory that can be filled up. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** Requires root, and a system that lets root mount. */
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

  /** Uses up all room, even while others write, without blocking the event loop. */
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

  /** Frees the room again. */
  free(): void {
    truncateSync(this.#filler);
  }

  unmount(): void {
    // Lazily, even if a killed process has not released its files yet.
    execFileSync('umount', ['--lazy', this.folder], { stdio: 'pipe' });
    rmSync(this.folder, { recursive: true });
  }

  get #filler(): string {
    return path.join(this.folder, 'filler');
  }
}
