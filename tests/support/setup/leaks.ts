/** What no answer, log line or metric may hold, by how it looks. */
const LEAKS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a password hash', /\$2[aby]\$\d\d\$[./A-Za-z0-9]{20,}/],
  ['a token', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/],
  ['a stack', /(?:\n|\\n)\s+at (?:async )?[\w.<>[\] ]+ \(?(?:node:|file:|\/)/],
  ['a file of the server', /node_modules\/|\/(?:src|dist)\/[\w-]+(?:\/[\w-]+)*\.(?:ts|js)\b/],
  [
    'SQL',
    /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b[^"]{0,200}[`'](?:\w+)[`'][^"]{0,200}\b(?:FROM|SET|VALUES|WHERE)\b/,
  ],
  ['an error of the database', /\b(?:ER_[A-Z_]{4,}|SQLITE_[A-Z_]{4,}|Sequelize\w*Error)\b/],
];

/** Names that no field of an answer has. */
const SECRET_NAMES = /"(?:password|current_password|token_version|secret|stack|sql|sqlMessage)":/;

/** What an answer gives away that is nobody's business, in words; null where it is nothing. */
export function leakInAnswer(address: string, status: number, text: string): string | null {
  const path = pathOf(address);
  const isLogin = path === '/api/auth/login' && status === 200;
  // The one answer that has a token, and the one that describes fields with such names.
  const shown = isLogin ? text.replace(/"token":"[^"]*"/, '') : text;
  if (path === '/api-docs/openapi.json') return null;
  for (const [what, pattern] of LEAKS) if (pattern.test(shown)) return what;
  return SECRET_NAMES.test(shown) ? 'a field that is nobody’s business' : null;
}

/** An address may be written with a host, a query, a fragment or one slash more, and not all of them are well formed. */
function pathOf(address: string): string {
  return address
    .replace(/^https?:\/\/[^/]*/, '')
    .replace(/[?#].*$/, '')
    .replace(/(?<=.)\/$/, '');
}

/** As for answers, in what is written for operators: stacks and files are what a log is for. */
export function leakInLog(text: string): string | null {
  const forOperators = new Set(['a stack', 'a file of the server', 'an error of the database']);
  const found = LEAKS.find(([what, pattern]) => !forOperators.has(what) && pattern.test(text));
  return found?.[0] ?? null;
}
