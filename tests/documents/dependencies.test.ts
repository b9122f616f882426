import { readFileSync } from 'node:fs';
import path from 'node:path';
import { licenceTable, LOCKED, MANIFEST, productionPackages } from '../support/documents/licences';

/** Licences that let anyone run, change and sell this, and require only attribution. */
const ALLOWED_LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  '(MIT OR CC0-1.0)',
];

/** Without the padding of its tables. */
const DOCUMENT = readFileSync(path.resolve(__dirname, '../../docs/dependencies.md'), 'utf8')
  .replace(/ {2,}/g, ' ')
  .replace(/-{4,}/g, '---');

describe('dependencies', () => {
  it('everything that runs in production has a licence that requires only attribution', () => {
    expect(productionPackages().filter((one) => !ALLOWED_LICENCES.includes(one.licence))).toEqual(
      [],
    );
  });

  it('the direct ones are pinned, locked at that version, and explained', () => {
    const direct = productionPackages().filter(({ isDirect }) => isDirect);

    expect(direct.map(({ name }) => name).sort()).toEqual(
      Object.keys(MANIFEST.dependencies).sort(),
    );
    for (const { name, version, licence } of direct) {
      expect([name, MANIFEST.dependencies[name]]).toEqual([name, version]);
      expect(DOCUMENT).toContain(`| ${name} | ${version} | ${licence} |`);
    }
    expect(DOCUMENT.match(/^\| @?[a-z][\w./-]* \| \d[\d.]* \| [\w.-]+ \| (?!\[)/gm)).toHaveLength(
      direct.length,
    );
  });

  it('the document counts the licences of all of them', () => {
    expect(DOCUMENT).toContain(licenceTable());
  });

  it('the lock file matches package.json, has a checksum for each package, and names no registry', () => {
    expect(LOCKED['']).toMatchObject({
      dependencies: MANIFEST.dependencies,
      devDependencies: MANIFEST.devDependencies,
    });
    const fetched = Object.entries(LOCKED).filter(([at]) => at !== '');
    expect(fetched.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(fetched.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
  });
});
