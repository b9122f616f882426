import { ERROR_CODES } from '../../../../src/errors/error-codes';
import { permissionTable, type Permission } from '../../../../src/policies/permissions';
import { ROUTES } from '../../../../src/routes';
import { CALLERS, type AccessCase, type Cell, type Cells } from './access-case';

/** One line of a table for each case, in the order of the route table. */
export function authorizationDocument(cases: readonly AccessCase[]): string {
  const ordered = ROUTES.flatMap((route) =>
    cases.filter((one) => one.route === nameOf(route)).map(lineOf),
  );
  return `# Who may do what

This page is written by a test, \`tests/api/authorization.test.ts\`, which asks each of its questions on
SQLite and on MySQL/MariaDB. A route without a line here fails the test, and so does a line that is
not as it is asked; \`TEST_WRITE_DOCS=true npm test -- --testPathPatterns api/authorization\` writes the
page anew.

## Every route, every caller

A cell is the HTTP status of the answer. Where a request names a thing, a cell has three: the thing
is **the caller's own / another's / missing**; one that stands alone goes for all three. \`–\` means
that the caller can have no such thing.

- **no token**: nobody is logged in. **stranger**: an account with no part in the event.
- **holder** holds a ticket of the event, **booker** booked it for them, **organizer** made the event.
  All are of role \`user\` but the organizer. An organizer's own event is the one they made, a holder's
  the one they hold a ticket for, and so on.
- **admin**: role \`admin\`.

For every refusal all rows of all tables were compared before and after: none had changed. For every
success of a request that changes something, some had.

${table(['route', 'what it names', ...CALLERS], ordered)}

404 for an account, and for whatever only admins may ask, is told to admins only: anyone else gets 403
whether it exists or not. Events are public to every account, so that a missing one is 404 to all.

## Permissions of the roles

A route demands one permission; whose thing it is about is for the policies in \`src/policies/\` to say.
What is not in this table is denied.

${table(['permission', 'user', 'organizer', 'admin'], permissionLines())}

¹ Only where \`EVENT_CREATORS\` is \`everyone\`, the default.
`;
}

export function nameOf({ method, path }: { method: string; path: string }): string {
  return `${method.toUpperCase()} ${path}`;
}

/** What a case asks, in words. */
export function questionOf({ route, names, eventCreators }: AccessCase): string {
  const settings = eventCreators === undefined ? '' : `\`EVENT_CREATORS=${eventCreators}\``;
  return [route, names, settings].filter((part) => part !== '').join(': ');
}

function lineOf({ route, names, eventCreators, cells }: AccessCase): string[] {
  const settings = eventCreators === undefined ? '' : `with \`EVENT_CREATORS=${eventCreators}\``;
  return [`\`${route}\``, names + settings, ...CALLERS.map((caller) => statusesIn(cells[caller]))];
}

function statusesIn(cells: Cells): string {
  const statuses = cells.map(statusOf);
  return new Set(statuses).size === 1 ? statuses[0]! : statuses.join(' / ');
}

function statusOf(cell: Cell): string {
  if (cell === null) return '–';
  return String(typeof cell === 'number' ? cell : ERROR_CODES[cell].status);
}

function permissionLines(): string[][] {
  const everyone = permissionTable('everyone');
  const organizers = permissionTable('organizers');
  return [...everyone.admin].map((permission: Permission) => [
    `\`${permission}\``,
    ...(['user', 'organizer', 'admin'] as const).map((role) => {
      if (organizers[role].has(permission)) return 'yes';
      return everyone[role].has(permission) ? 'yes ¹' : '';
    }),
  ]);
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}
