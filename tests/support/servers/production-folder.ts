import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const FILES = ['package.json', 'migrations', 'ops', 'docs/qa'];

/**
 * What is left of an installation after `npm prune --omit=dev`, as far as starting is concerned: there
 * is no compiler. The packages are links to those of the repository.
 */
export class ProductionFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), 'tickets-production-'));

  /** @param hasBuild whether it was built before */
  constructor({ hasBuild }: { readonly hasBuild: boolean }) {
    for (const name of [...FILES, ...(hasBuild ? ['dist'] : [])]) {
      cpSync(path.join(ROOT, name), path.join(this.path, name), { recursive: true });
    }
    const packages = path.join(this.path, 'node_modules');
    mkdirSync(packages);
    for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
      if (name === 'typescript' || name === '.bin') continue;
      symlinkSync(path.join(ROOT, 'node_modules', name), path.join(packages, name));
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
