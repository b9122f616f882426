/** The operator's commands. Each returns its exit code. */
import { createInterface } from 'node:readline/promises';
import { loadConfig, loadDatabaseSettings } from '../config/load-config';
import { openMaintenanceDatabase, type Database } from '../database/database';
import { Migrator, type Loss } from '../database/migrator';
import { UnitOfWork } from '../database/unit-of-work';
import { QueuedTurns } from '../database/write-turns';
import { createLogger } from '../observability/logger';
import { buildDocument } from '../openapi/document';
import { Metrics } from '../observability/metrics';
import { ROUTES } from '../routes';
import { AdminAccountsService, type AdminMade } from '../services/admin-accounts.service';
import { ReconcileService } from '../services/reconcile.service';
import { PasswordHasher } from '../auth/password-hasher';
import { PasswordRules } from '../auth/password-rules';
import {
  fitsBcrypt,
  isEmailAddress,
  MAX_PASSWORD_BYTES,
  MIN_PASSWORD_CHARACTERS,
} from '../text-validators';
import { VERSION } from '../version';

/** Former names of commands, which still work. */
export const FORMER_NAMES: Readonly<Record<string, string>> = { 'ledger:check': 'reconcile' };

interface CliCommand {
  readonly help: string;
  readonly options: readonly string[];
  run(words: readonly string[]): Promise<number>;
}

const RESET_PASSWORD = '--reset-password';

export const COMMANDS: Readonly<Record<string, CliCommand>> = {
  'db:migrate': {
    help: 'run all pending migrations',
    options: [],
    async run() {
      const names = await new Migrator(loadDatabaseSettings(process.env)).up();
      print(
        names.map((name) => `migrated ${name}`),
        'The database is up to date',
      );
      return 0;
    },
  },
  'db:migrate:undo': {
    help: 'revert the latest migration, or all with --all; in production only with --yes, or asked',
    options: ['--all', '--yes'],
    async run(words) {
      const names = await new Migrator(loadDatabaseSettings(process.env)).down({
        all: words.includes('--all'),
        confirm: (losses) => confirmLosses(losses, words.includes('--yes')),
      });
      print(
        names.map((name) => `reverted ${name}`),
        'There was nothing to revert',
      );
      return 0;
    },
  },
  'db:status': {
    help: 'list the migrations; exit 1 if any are pending, or of a newer version',
    options: [],
    async run() {
      const { executed, pending, unknown } = await new Migrator(
        loadDatabaseSettings(process.env),
      ).status();
      print([
        ...executed.map((name) => `done     ${name}`),
        ...unknown.map((name) => `unknown  ${name} (a newer version has run it)`),
        ...pending.map((name) => `pending  ${name}`),
      ]);
      return pending.length + unknown.length === 0 ? 0 : 1;
    },
  },
  'db:seed': {
    help: 'add the demo data, unless it was added before',
    options: [],
    async run() {
      const names = await new Migrator(loadDatabaseSettings(process.env)).seed();
      print(
        names.map((name) => `seeded ${name}`),
        'The demo data was already added',
      );
      return 0;
    },
  },
  openapi: {
    help: 'print the OpenAPI document',
    options: [],
    run() {
      console.log(JSON.stringify(buildDocument(ROUTES, VERSION), null, 2));
      return Promise.resolve(0);
    },
  },
  'admin:create': {
    help: 'create an admin, or make an existing account one: <e-mail> <password> [--reset-password]',
    options: [RESET_PASSWORD],
    run: createAdmin,
  },
  reconcile: {
    help: 'compare the counters of all events with their rows; exit 1 if any differ',
    options: [],
    run: reconcileAll,
  },
};

export function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { help }]) => `  ${name.padEnd(16)} ${help}`);
  return [
    'Usage: node dist/cli.js <command> [--verbose]',
    ...lines,
    '  --version        print the version of this program',
    '--verbose prints where an error happened.',
  ].join('\n');
}

/**
 * Says what will be lost. In production someone has to agree: a person at a terminal, or `--yes`.
 *
 * @throws Error if nobody agrees
 */
async function confirmLosses(losses: readonly Loss[], isAgreed: boolean): Promise<void> {
  for (const { migration, table, rows } of losses) {
    console.error(`Reverting ${migration} deletes ${table} with ${String(rows)} rows`);
  }
  if (losses.length === 0 || isAgreed || process.env.NODE_ENV !== 'production') return;
  if (!process.stdin.isTTY) {
    throw new Error('Nothing was reverted: make a back-up, then add --yes to delete these rows');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Delete these rows? Type yes to go on: ');
  terminal.close();
  if (answer.trim() !== 'yes') throw new Error('Nothing was reverted');
}

function print(lines: readonly string[], otherwise = ''): void {
  console.log(lines.length > 0 ? lines.join('\n') : otherwise);
}

/**
 * Takes e-mail and password from the command line, or else from ADMIN_EMAIL and ADMIN_PASSWORD. Leaves
 * the password of an existing account unless told to reset it.
 */
async function createAdmin(words: readonly string[]): Promise<number> {
  const { auth } = loadConfig(process.env);
  const [email = auth.firstAdmin?.email ?? '', password = auth.firstAdmin?.password] = words.filter(
    (word) => word !== RESET_PASSWORD,
  );
  const resetPassword = words.includes(RESET_PASSWORD);
  const isLongEnough = Array.from(password ?? '').length >= MIN_PASSWORD_CHARACTERS;
  if (!isEmailAddress(email.trim()) || !fitsBcrypt(password) || !isLongEnough) {
    throw new Error(
      `Usage: npm run admin:create -- <e-mail> <password> [${RESET_PASSWORD}]\nThe password must ` +
        `have at least ${String(MIN_PASSWORD_CHARACTERS)} characters and at most ` +
        `${String(MAX_PASSWORD_BYTES)} bytes`,
    );
  }
  const weakness = new PasswordRules(auth).weaknessOf(password);
  if (weakness !== null) throw new Error(`The password ${weakness}`);
  return withDatabase(async ({ database, unitOfWork }) => {
    const hasher = new PasswordHasher(auth.bcryptRounds);
    const service = new AdminAccountsService({ database, unitOfWork, hasher });
    const credentials = { email: email.trim().toLowerCase(), password };
    console.log(reportOf(await service.make(credentials, { resetPassword })));
    return 0;
  });
}

function reportOf({ id, was, isPasswordSet }: AdminMade): string {
  const account = `Account ${String(id)}`;
  if (was === 'absent') return `${account} was created as an admin`;
  const role = was === 'admin' ? 'was an admin before' : `had the role ${was} and is an admin now`;
  return isPasswordSet
    ? `${account} ${role}; its password is the new one`
    : `${account} ${role}; its password was not changed (${RESET_PASSWORD} changes it)`;
}

async function reconcileAll(): Promise<number> {
  return withDatabase(async (parts) => {
    const faulty: { event: number; fault: string }[] = [];
    let events = 0;
    let tickets = 0;
    for await (const { event, counts, faults } of new ReconcileService(parts).reconcileAll()) {
      events += 1;
      tickets += counts.tickets;
      faulty.push(...faults.map((fault) => ({ event: event.id, fault })));
    }
    console.log(`Checked ${String(events)} events with ${String(tickets)} tickets given out`);
    if (faulty.length === 0) {
      console.log('All counters agree with their rows');
      return 0;
    }
    console.table(faulty);
    return 1;
  });
}

async function withDatabase<T>(
  work: (parts: { database: Database; unitOfWork: UnitOfWork }) => Promise<T>,
): Promise<T> {
  const database = openMaintenanceDatabase(loadDatabaseSettings(process.env));
  const logger = createLogger({ level: 'warn', accessFormat: 'dev', directory: null });
  const unitOfWork = new UnitOfWork({
    sequelize: database.sequelize,
    logger,
    metrics: new Metrics(),
    turns: new QueuedTurns(),
  });
  try {
    return await work({ database, unitOfWork });
  } finally {
    await database.close();
  }
}
