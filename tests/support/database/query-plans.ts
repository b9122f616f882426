import Libsql from 'libsql';
import { QueryTypes, type QueryOptions, type Sequelize } from 'sequelize';

import type { DatabaseSettings } from '../../../src/config/config';

/** No plan may read or sort more rows than this; statements write 1 000 at a time. */
const BOUND_ROWS = 1_200;

/** One statement, with its values. */
export interface Statement {
  readonly sql: string;
  readonly options: Pick<QueryOptions, 'bind' | 'replacements'>;
}

/** Records the statements that a database receives. */
export class StatementRecorder {
  #statements = new Map<string, Statement>();
  readonly #query: Sequelize['query'];

  constructor(
    sequelize: Sequelize,
    private readonly settings: DatabaseSettings,
  ) {
    const query: Sequelize['query'] = sequelize.query.bind(sequelize);
    this.#query = query;
    const recording = (
      sql: string | { query: string; bind?: unknown[] },
      options: QueryOptions = {},
    ): unknown => {
      this.#record(sql, options);
      return query(sql as string, options);
    };
    sequelize.query = recording as Sequelize['query'];
  }

  /** The statements of `work`, one of each shape. */
  async record(work: () => Promise<unknown>): Promise<Statement[]> {
    this.#statements = new Map();
    await work();
    return [...this.#statements.values()];
  }

  /** The scans and sorts of a statement that are too large; empty if there are none. */
  async faultsOf({ sql, options }: Statement): Promise<string[]> {
    const faults =
      this.settings.dialect === 'sqlite'
        ? sqliteFaults(explainOnSqlite(this.settings.storage, sql), sql)
        : mysqlFaults(
            await this.#query<PlanRow>(`EXPLAIN ${sql}`, { ...options, type: QueryTypes.SELECT }),
            sql,
          );
    return faults.map((fault) => `${fault}: ${sql}`);
  }

  #record(
    given: string | { query: string; bind?: unknown[] },
    { bind, replacements }: QueryOptions,
  ): void {
    const sql = typeof given === 'string' ? given : given.query;
    const values = typeof given === 'string' ? bind : (given.bind ?? bind);
    if (!/^(SELECT|UPDATE|DELETE)\b/.test(sql)) return;
    this.#statements.set(formOf(sql), {
      sql: sql.replace(/ (FOR UPDATE|LOCK IN SHARE MODE|FOR SHARE);?$/, ''),
      options: {
        ...(values === undefined ? {} : { bind: values }),
        ...(replacements === undefined ? {} : { replacements }),
      },
    });
  }
}

/** The statement without its values. */
function formOf(sql: string): string {
  return sql.replace(/'[^']*'|\b\d+\b/g, '?').replace(/\?(, \?)+/g, '?');
}

interface PlanRow {
  // MySQL and MariaDB
  readonly table?: string | null;
  readonly type?: string | null;
  readonly key?: string | null;
  readonly rows?: number | null;
  readonly Extra?: string | null;
  // SQLite
  readonly detail?: string;
}

/** Has conditions other than the id, so that a walk along the ids is a scan. */
function isSelective(sql: string): boolean {
  return /\bWHERE\b.*` = /.test(sql);
}

function mysqlFaults(steps: readonly PlanRow[], sql: string): string[] {
  return steps.flatMap(({ table, type, key, rows, Extra }) => {
    if ((rows ?? 0) <= BOUND_ROWS || table?.startsWith('<') === true) return [];
    const told = `of about ${String(rows)} rows of ${String(table)}`;
    const walksIds = type === 'range' && key === 'PRIMARY' && isSelective(sql);
    if (type === 'ALL' || type === 'index' || walksIds) return [`a full scan ${told}`];
    return /filesort|temporary/.test(Extra ?? '') ? [`a sort ${told}`] : [];
  });
}

/**
 * On a separate connection: libsql keeps a read open on a connection that has explained a change.
 * Values make no difference there.
 */
function explainOnSqlite(storage: string, sql: string): PlanRow[] {
  const connection = new Libsql(storage);
  try {
    const explain = `EXPLAIN QUERY PLAN ${sql.replace(/[$:]\w+/g, 'NULL')}`;
    return connection.prepare(explain).all() as PlanRow[];
  } finally {
    connection.close();
  }
}

/**
 * SQLite reports no row counts. A scan is bounded only if it follows the requested order up to a limit,
 * and a sort only if it covers the rows of one person.
 */
function sqliteFaults(steps: readonly PlanRow[], sql: string): string[] {
  const details = steps.map(({ detail = '' }) => detail);
  const isSorted = details.some((detail) => detail.startsWith('USE TEMP B-TREE'));
  const reads = (terms: string): boolean => details.some((detail) => detail.includes(terms));
  const isOwn = reads('(event_id=? AND user_id=?') || (reads('(user_id=?') && reads('GROUP BY'));
  const isWalk = /\bLIMIT \d+/.test(sql) && !/\bWHERE\b/.test(sql) && !isSorted;
  return details.flatMap((detail) => {
    if (detail.startsWith('USE TEMP B-TREE')) return isOwn ? [] : ['a sort'];
    if (/\(rowid[<>]\?\)/.test(detail) && isSelective(sql)) return [`a walk (${detail})`];
    if (!detail.startsWith('SCAN ') || detail === 'SCAN CONSTANT ROW' || isWalk) return [];
    return [`a full scan (${detail})`];
  });
}
