import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { QueryTypes, Sequelize, type QueryInterface } from 'sequelize';
import { SequelizeStorage, Umzug } from 'umzug';
import type { DatabaseSettings } from '../config/config';
import { FileLock } from './file-lock';
import { closeSequelize, createMaintenanceSequelize } from './sequelize';

/** The project's root is two folders up, from the source and from the compiled file. */
const ROOT = path.resolve(__dirname, '..', '..');
/** How long a migrator waits for another one to finish. */
const LOCK_WAIT_SECONDS = 120;
/** Time between two attempts to get the lock, on SQLite. */
const LOCK_POLL_MS = 100;

const MIGRATION_FILES = readdirSync(path.join(ROOT, 'migrations'))
  .filter((name) => name.endsWith('.js'))
  .sort();

/** The exports of a migration file, which sequelize-cli calls too. */
interface MigrationModule {
  /** The table that `down` deletes, with its rows. */
  readonly deletes?: string;
  up(queryInterface: QueryInterface, sequelize: typeof Sequelize): Promise<void>;
  down(queryInterface: QueryInterface, sequelize: typeof Sequelize): Promise<void>;
}

export interface MigrationStatus {
  readonly executed: readonly string[];
  readonly pending: readonly string[];
  /** Executed migrations that this version does not have: a newer version has run them. */
  readonly unknown: readonly string[];
}

/** Rows that reverting a migration deletes. */
export interface Loss {
  readonly migration: string;
  readonly table: string;
  readonly rows: number;
}

/**
 * Runs migrations and seeders on a database. Uses the same tables as `npx sequelize-cli`, so that
 * each can continue where the other stopped. Concurrent migrators wait for each other.
 */
export class Migrator {
  constructor(private readonly settings: DatabaseSettings) {}

  /** @returns the names of the migrations it ran */
  up(): Promise<string[]> {
    return this.#exclusively(async (sequelize) => namesOf(await migrations(sequelize).up()));
  }

  /**
   * Reverts the latest migration, or all of them.
   *
   * @param confirm gets what will be lost, and throws if that must not be
   * @returns the names of the reverted migrations
   * @throws Error if a newer version has migrated the database: only that version can revert the latest
   */
  down(options: {
    readonly all: boolean;
    readonly confirm?: (losses: readonly Loss[]) => Promise<void>;
  }): Promise<string[]> {
    return this.#exclusively(async (sequelize) => {
      const umzug = migrations(sequelize);
      const unknown = await unknownMigrations(sequelize);
      if (unknown.length > 0) {
        throw new Error(
          `A newer version has migrated this database (${unknown.join(', ')}): ` +
            'revert these with that version first',
        );
      }
      const executed = namesOf(await umzug.executed());
      const affected = options.all ? executed : executed.slice(-1);
      await options.confirm?.(await lossesOf(sequelize, affected));
      return namesOf(await (options.all ? umzug.down({ to: 0 }) : umzug.down()));
    });
  }

  status(): Promise<MigrationStatus> {
    return this.#with(async (sequelize) => {
      const umzug = migrations(sequelize);
      return {
        executed: namesOf(await umzug.executed()),
        pending: namesOf(await umzug.pending()),
        unknown: await unknownMigrations(sequelize),
      };
    });
  }

  /**
   * @returns the names of the seeders it ran; a seeder does not run twice
   * @throws Error if migrations are pending
   */
  seed(): Promise<string[]> {
    return this.#exclusively(async (sequelize) => {
      const pending = await migrations(sequelize).pending();
      if (pending.length > 0) {
        throw new Error('The database lacks migrations: run `npm run db:migrate` first');
      }
      return namesOf(await seeders(sequelize).up());
    });
  }

  async #with<T>(work: (sequelize: Sequelize) => Promise<T>): Promise<T> {
    const sequelize = createMaintenanceSequelize(this.settings);
    try {
      return await work(sequelize);
    } finally {
      await closeSequelize(sequelize, this.settings);
    }
  }

  #exclusively<T>(work: (sequelize: Sequelize) => Promise<T>): Promise<T> {
    return this.settings.dialect === 'mysql'
      ? this.#with((sequelize) => withNamedLock(sequelize, () => work(sequelize)))
      : withFileLock(`${this.settings.storage}.migrate-lock`, () => this.#with(work));
  }
}

/**
 * Names of the migrations that the database still lacks. Reads once and changes nothing.
 *
 * @throws Error if the database can't be read or was never migrated
 */
export async function pendingMigrations(sequelize: Sequelize): Promise<string[]> {
  const rows = await sequelize.query<{ name: string }>('SELECT name FROM SequelizeMeta', {
    type: QueryTypes.SELECT,
  });
  const executed = new Set(namesOf(rows));
  return MIGRATION_FILES.filter((name) => !executed.has(name));
}

function migrations(sequelize: Sequelize): Umzug<QueryInterface> {
  return umzugFor(sequelize, 'migrations', 'SequelizeMeta');
}

function seeders(sequelize: Sequelize): Umzug<QueryInterface> {
  return umzugFor(sequelize, 'seeders', 'SequelizeData');
}

function umzugFor(
  sequelize: Sequelize,
  folder: 'migrations' | 'seeders',
  tableName: string,
): Umzug<QueryInterface> {
  return new Umzug({
    migrations: {
      glob: ['*.js', { cwd: path.join(ROOT, folder) }],
      resolve: ({ name, path: file, context }) => {
        if (file === undefined) throw new Error(`Migration ${name} has no file`);
        return {
          name,
          up: () => load(file).up(context, Sequelize),
          down: () => load(file).down(context, Sequelize),
        };
      },
    },
    context: sequelize.getQueryInterface(),
    // Storages of one connection share their model unless it has a name of its own.
    storage: new SequelizeStorage({ sequelize, tableName, modelName: tableName }),
    logger: undefined,
  });
}

async function unknownMigrations(sequelize: Sequelize): Promise<string[]> {
  const storage = new SequelizeStorage({
    sequelize,
    tableName: 'SequelizeMeta',
    modelName: 'SequelizeMeta',
  });
  const known = new Set(MIGRATION_FILES);
  return (await storage.executed()).filter((name) => !known.has(name));
}

/** Tables without rows are no loss. */
async function lossesOf(sequelize: Sequelize, names: readonly string[]): Promise<Loss[]> {
  const losses: Loss[] = [];
  for (const migration of names) {
    const table = load(path.join(ROOT, 'migrations', migration)).deletes;
    if (table === undefined) continue;
    const [row] = await sequelize.query<{ total: number }>(
      `SELECT COUNT(*) AS total FROM ${table}`,
      { type: QueryTypes.SELECT },
    );
    const rows = row?.total ?? 0;
    if (rows > 0) losses.push({ migration, table, rows });
  }
  return losses;
}

const requireFile = createRequire(__filename);

function load(file: string): MigrationModule {
  return requireFile(file) as MigrationModule;
}

function namesOf(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}

/** Holds a named lock of the server. It ends with its connection: a killed migrator leaves none. */
async function withNamedLock<T>(sequelize: Sequelize, work: () => Promise<T>): Promise<T> {
  // The transaction only reserves one connection of the pool; the work does not run in it.
  return sequelize.transaction(async (transaction) => {
    const name = "CONCAT('migrate.', SHA2(DATABASE(), 224))";
    const [row] = await sequelize.query<{ locked: number | null }>(
      `SELECT GET_LOCK(${name}, ${String(LOCK_WAIT_SECONDS)}) AS locked`,
      { type: QueryTypes.SELECT, transaction },
    );
    if (row?.locked !== 1) throw lockTimeout();
    try {
      return await work();
    } finally {
      await sequelize.query(`SELECT RELEASE_LOCK(${name})`, {
        type: QueryTypes.SELECT,
        transaction,
      });
    }
  });
}

async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const waitUntil = performance.now() + LOCK_WAIT_SECONDS * 1_000;
  let lock = FileLock.tryAcquire(file);
  while (!lock) {
    if (performance.now() > waitUntil) throw lockTimeout();
    await pause(LOCK_POLL_MS);
    lock = FileLock.tryAcquire(file);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function lockTimeout(): Error {
  return new Error('Another migration is running and did not finish in time');
}
