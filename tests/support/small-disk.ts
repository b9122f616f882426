import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

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

  /** Takes whatever room is left. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    writeFileSync(this.#filler, Buffer.alloc(bavail * bsize));
  }

  /** Gives the room back. */
  free(): void {
    truncateSync(this.#filler);
  }

  unmount(): void {
    execFileSync('umount', [this.folder], { stdio: 'pipe' });
    rmSync(this.folder, { recursive: true });
  }

  get #filler(): string {
    return path.join(this.folder, 'filler');
  }
}
