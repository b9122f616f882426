import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROUTES } from '../../src/routes/index';
import { LIMITS } from '../../src/config/limits';

const DOCS = path.resolve(__dirname, '..', '..', 'docs');
const TEXT = readFileSync(path.join(DOCS, 'security.md'), 'utf8');

interface Link {
  readonly text: string;
  readonly file: string;
}

const LINKS: readonly Link[] = [...TEXT.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)].map(
  ([, text, target]) => ({ text: text!, file: path.resolve(DOCS, target!) }),
);
const TEST_LINKS = LINKS.filter(({ file }) => file.endsWith('.test.ts'));

describe('docs/security.md', () => {
  it('refers only to existing files', () => {
    expect(LINKS.filter(({ file }) => !existsSync(file))).toEqual([]);
  });

  it('refers only to existing tests, by their exact titles', () => {
    expect(TEST_LINKS.length).toBeGreaterThan(50);
    const titles = new Map([...new Set(TEST_LINKS.map(({ file }) => file))].map(titlesOf));
    expect(TEST_LINKS.filter(({ text, file }) => !titles.get(file)?.has(text))).toEqual([]);
  });

  it("names a test for every risk and item, or marks it as open or the operator's", () => {
    const rows = TEXT.split('\n').filter((line) => /^\| (API\d|\d)/.test(line));
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((row) => !/\.test\.ts\)|\*\*open\*\*|\*\*operator\*\*/.test(row))).toEqual(
      [],
    );
  });

  it('lists the actual limits', () => {
    const [, table = ''] = TEXT.split(/<!-- \/?limits -->/);
    for (const { method, path: pattern, limit } of ROUTES) {
      const route = `\`${method.toUpperCase()} ${pattern}\``;
      const row = table.split('\n').find((line) => line.includes(route));
      if (limit === undefined) {
        expect([route, row]).toEqual([route, undefined]);
        continue;
      }
      const { requests, seconds, by } = LIMITS[limit];
      expect(row).toContain(`${String(requests)} in ${String(seconds)} s`);
      expect(row).toContain(by);
      expect(row).toContain(`RATE_LIMIT_${limit.toUpperCase()}`);
    }
  });
});

/** What `it(title, …)` and `it.each(…)(title, …)` are called with. */
function titlesOf(file: string): readonly [string, ReadonlySet<string>] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isIt(node.expression)) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.add(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [file, titles];
}

function isIt(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'it';
  if (ts.isPropertyAccessExpression(callee)) return isIt(callee.expression);
  return ts.isCallExpression(callee) && isIt(callee.expression);
}
