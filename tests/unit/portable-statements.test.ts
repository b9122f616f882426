import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.resolve(__dirname, '..', '..');
const FOLDERS = ['src', 'migrations', 'seeders'];

/** What MySQL 8.4 or 9.7 does not understand, and why. MariaDB 10.11 understands all of it. */
const MISSING: readonly (readonly [what: RegExp, reason: string])[] = [
  [/\b(MD5|SHA1?)\s*\(/i, 'gone in 9.7: only a component has it, which is not installed; use SHA2'],
  [/\b(PASSWORD|OLD_PASSWORD|ENCRYPT|ENCODE|DECODE|DES_(EN|DE)CRYPT)\s*\(/, 'removed in 8.0'],
  [/\bSQL_(NO_)?CACHE\b|\bQUERY CACHE\b/i, 'there is no query cache since 8.0'],
  [/@@(\w+\.)?(tx_isolation|tx_read_only)\b/i, 'named transaction_isolation since 8.0'],
  [/\binnodb_(locks|lock_waits)\b/i, 'performance_schema.data_locks since 8.0'],
  [
    /information_schema\.(global|session)_(status|variables)\b/i,
    'in performance_schema since 8.0; SHOW STATUS and SHOW VARIABLES work everywhere',
  ],
  [
    /\b(MASTER|SLAVE) (STATUS|LOGS|HOSTS)\b|\b(START|STOP|RESET) SLAVE\b|\bCHANGE MASTER\b/i,
    'removed in 8.4',
  ],
  [/\bmysql_native_password\b/i, 'off in 8.4, removed in 9.0'],
  [/\bFLUSH HOSTS\b/i, 'removed in 8.4'],
  [/\bGROUP BY (?:(?!ORDER BY).)*\b(ASC|DESC)\b/is, 'GROUP BY does not sort since 8.0'],
  [/\bNO_AUTO_CREATE_USER\b/i, 'no such sql_mode since 8.0: setting it is an error'],
  [/\bKILL USER\b|\bKILL (HARD|SOFT)\b/i, 'MariaDB only'],
  [/\bRETURNING\b/, 'MariaDB and SQLite only'],
  [/\bCREATE OR REPLACE (TABLE|INDEX|DATABASE|USER)\b/i, 'MariaDB only'],
  [
    /\b(ADD|DROP|MODIFY|CHANGE) (COLUMN |INDEX |KEY |CONSTRAINT )?IF (NOT )?EXISTS\b/i,
    'MariaDB only',
  ],
  [/\bmax_statement_time\b/i, "MariaDB only; MySQL's is max_execution_time, in milliseconds"],
  [/\bNEXT VALUE FOR\b|\bCREATE SEQUENCE\b/i, 'MariaDB only'],
  [/\b(JSON_DETAILED|SYS_GUID|DECODE_ORACLE|NATURAL_SORT_KEY)\s*\(/i, 'MariaDB only'],
  [/\bWAIT \d+\b/, 'MariaDB only; MySQL has NOWAIT and SKIP LOCKED'],
];

/** The text of each string and template of a source file. */
function stringsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const strings: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) strings.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      strings.push(
        [node.head, ...node.templateSpans.map(({ literal }) => literal)]
          .map(({ text }) => text)
          .join(' ? '),
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return strings;
}

function sourceFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|js)$/.test(name))
      .map((name) => path.join(folder, name)),
  );
}

function faultsIn(file: string, strings: readonly string[]): string[] {
  return strings.flatMap((text) =>
    MISSING.filter(([what]) => what.test(text)).map(
      ([, reason]) => `${file}: ${text.trim()}: ${reason}`,
    ),
  );
}

describe('statements', () => {
  it('use nothing that MySQL 8.4 or 9.7 lacks', () => {
    const files = sourceFiles();
    expect(files.length).toBeGreaterThan(100);
    const faults = files.flatMap((file) => faultsIn(file, stringsIn(path.join(ROOT, file))));
    expect(faults).toEqual([]);
  });

  it.each([
    "SELECT GET_LOCK(CONCAT('migrate.', MD5(DATABASE())), 1)",
    'SELECT @@tx_isolation',
    'DELETE FROM users WHERE id = 1 RETURNING id',
    'ALTER TABLE events ADD COLUMN IF NOT EXISTS note TEXT',
    'SELECT id FROM events GROUP BY id DESC',
  ])('a statement such as "%s" would be found', (sql) => {
    expect(faultsIn('any.ts', [sql])).toHaveLength(1);
  });

  it.each([
    'SELECT id FROM events GROUP BY id ORDER BY id DESC',
    'CREATE TABLE IF NOT EXISTS users (id INTEGER)',
    'The new password',
  ])('and not one such as "%s"', (sql) => {
    expect(faultsIn('any.ts', [sql])).toEqual([]);
  });
});
