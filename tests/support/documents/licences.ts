import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..', '..');

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The lock file: path → package; the empty path is the project itself. */
export const LOCKED = (
  JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>;
  }
).packages;

/** The project's own dependencies. */
export const MANIFEST = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
) as Required<Pick<LockedPackage, 'dependencies' | 'devDependencies'>>;

export interface ProductionPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  readonly isDirect: boolean;
}

/** Everything that is installed to run the server, direct or not. */
export function productionPackages(): ProductionPackage[] {
  return Object.entries(LOCKED)
    .filter(([at, { dev, devOptional }]) => at !== '' && !dev && !devOptional)
    .map(([at, { version = '?', license = '?' }]) => {
      const name = at.split('node_modules/').pop()!;
      const isDirect = at === `node_modules/${name}` && name in MANIFEST.dependencies;
      return { name, version, licence: license, isDirect };
    });
}

/** How many packages have which licence, as a table of docs/dependencies.md. */
export function licenceTable(): string {
  const counts = new Map<string, number>();
  for (const { licence } of productionPackages()) {
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  const rows = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return [
    '| licence | packages |',
    '| --- | --- |',
    ...rows.map(([licence, count]) => `| ${licence} | ${String(count)} |`),
  ].join('\n');
}
