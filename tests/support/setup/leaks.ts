/** Patterns that no answer, log line or metric may contain. */
const LEAKS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a password hash', /\$2[aby]\$\d\d\$[./A-Za-z0-9]{20,}/],
  ['a token', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/],
  ['a refresh token', /\brt_[\w-]{60,}/],
  ['an API key', /\btk_[\w-]{43,}/],
  ['a stack', /(?:\n|\\n)\s+at (?:async )?[\w.<>[\] ]+ \(?(?:node:|file:|\/)/],
  ['a file of the server', /node_modules\/|\/(?:src|dist)\/[\w-]+(?:\/[\w-]+)*\.(?:ts|js)\b/],
  [
    'SQL',
    /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b[^"]{0,200}[`'](?:\w+)[`'][^"]{0,200}\b(?:FROM|SET|VALUES|WHERE)\b/,
  ],
  ['an error of the database', /\b(?:ER_[A-Z_]{4,}|SQLITE_[A-Z_]{4,}|Sequelize\w*Error)\b/],
];

/** Names that no field of an answer may have. */
const SECRET_NAMES =
  /"(?:password|key_hash|token_hash|used_hash|successor_salt|family|current_password|token_version|secret|stack|sql|sqlMessage)":/;

/** Routes whose answers hand out tokens. */
const TOKEN_PATHS: ReadonlySet<string> = new Set([
  '/api/auth/login',
  '/api/auth/refresh',
  '/api/users/me/keys',
]);

/** A description of what an answer leaks, or null. */
export function leakInAnswer(address: string, status: number, text: string): string | null {
  const path = pathOf(address);
  const hasTokens = TOKEN_PATHS.has(path) && status <= 201;
  // The only answers with tokens, and the only one that describes fields with such names.
  const shown = hasTokens ? text.replace(/"(?:(?:refresh_)?token|key)":"[^"]*"/g, '') : text;
  if (path === '/api-docs/openapi.json') return null;
  for (const [what, pattern] of LEAKS) if (pattern.test(shown)) return what;
  return SECRET_NAMES.test(shown) ? 'a field that must stay secret' : null;
}

/** An address may have a host, a query, a fragment or an extra slash, and may be malformed. */
function pathOf(address: string): string {
  return address
    .replace(/^https?:\/\/[^/]*/, '')
    .replace(/[?#].*$/, '')
    .replace(/(?<=.)\/$/, '');
}

/** As for answers, but for output for operators, which may contain stacks and file names. */
export function leakInLog(text: string): string | null {
  const forOperators = new Set(['a stack', 'a file of the server', 'an error of the database']);
  const found = LEAKS.find(([what, pattern]) => !forOperators.has(what) && pattern.test(text));
  return found?.[0] ?? null;
}
