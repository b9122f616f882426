import { ERROR_CODES } from '../../../../src/errors/error-codes';
import {
  NEVER_BY_KEY,
  permissionTable,
  type Permission,
} from '../../../../src/policies/permissions';
import { ROUTES } from '../../../../src/routes';
import { CALLERS, cellsOf, type AccessCase, type Cell, type Cells } from './access-case';

/** The page, with a row for each case in the order of the route table. */
export function authorizationDocument(cases: readonly AccessCase[]): string {
  const ordered = ROUTES.flatMap((route) =>
    cases.filter((one) => one.route === nameOf(route)).map(lineOf),
  );
  return `# Who may do what

The test \`tests/api/authorization.test.ts\` generates this page and checks each cell on SQLite and on
MySQL/MariaDB. It fails if a route has no row here or if the page is out of date. Run
\`TEST_WRITE_DOCS=true npm test -- --testPathPatterns api/authorization\` to generate the page again.

## Every route, every caller

A cell is the HTTP status of the answer. If a request names a resource, a cell has three: for a resource
that is **the caller's own / another's / missing**. A single status applies to all three. \`–\` means that
the caller cannot have such a resource.

- **no token**: an anonymous caller. **stranger**: an account with no part in the event.
- **holder** holds a ticket of the event, **booker** booked it for them, **organizer** created the event.
  All have the role \`user\` except the organizer. An organizer's own event is the one they made, a
  holder's the one they hold a ticket for, and so on.
- **admin**: role \`admin\`.
- **key**: a program with an API key of the organizer.

For every refusal, the test compares all rows of all tables before and after: none may change. For every
successful change, some must.

${table(['route', 'resource', ...CALLERS], ordered)}

Only admins get a 404 for accounts and for admin routes: everyone else gets 403, whether the resource
exists or not. Events are public to every account, so a missing one is 404 for everyone.

## Rights for one event

The organizer and admins have all rights, and give them to others by
\`PUT /api/events/:event_id/staff/:user_id\`. [The test](../tests/api/staff.test.ts) tries each right with each
action.

| right | what it allows for the event |
| --- | --- |
| \`update\` | change its name, cap, times and metadata |
| \`capacity\` | change \`total_tickets\` |
| \`cancel\` | cancel it |
| \`waitlist\` | give priorities, remove others from the queue, see their e-mails |
| \`tickets\` | see and cancel any ticket, read the log of the event |

A change of an event needs the right of each field that changes.

## Permissions of the roles

A route requires one permission. The policies in \`src/policies/\` check who owns the resource. Anything
that is not in this table is denied.

${table(['permission', 'user', 'organizer', 'admin'], permissionLines())}

An API key has the permissions of its account's role, but never ${[...NEVER_BY_KEY].map((name) => `\`${name}\``).join(', ')}.

¹ Only if \`EVENT_CREATORS\` is \`everyone\`, the default.
`;
}

export function nameOf({ method, path }: { method: string; path: string }): string {
  return `${method.toUpperCase()} ${path}`;
}

/** What a case tests, in words. */
export function questionOf({ route, names, eventCreators }: AccessCase): string {
  const settings = eventCreators === undefined ? '' : `\`EVENT_CREATORS=${eventCreators}\``;
  return [route, names, settings].filter((part) => part !== '').join(': ');
}

function lineOf(one: AccessCase): string[] {
  const { route, names, eventCreators } = one;
  const settings = eventCreators === undefined ? '' : `with \`EVENT_CREATORS=${eventCreators}\``;
  return [
    `\`${route}\``,
    names + settings,
    ...CALLERS.map((caller) => statusesIn(cellsOf(one, caller))),
  ];
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
