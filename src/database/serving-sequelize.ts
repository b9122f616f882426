import type { Connection } from 'mysql2';
import { QueryTypes, Sequelize, type Options, type QueryOptions } from 'sequelize';
import { WriterConnections, type NodeObserver } from './writer-connections';

/** What Sequelize's own validation looks at, and its types do not expose. */
interface ConnectionManager {
  validate(connection: object): boolean;
}

/**
 * Sequelize on MySQL whose connections all lead to a server that takes writes. What fails on the way to
 * one, or because the server has stopped being one, is noted; reads outside of transactions then run
 * again by themselves. Transactions are run again by the unit of work.
 */
export class ServingSequelize extends Sequelize {
  readonly #writers: WriterConnections;

  constructor(options: Options, observer?: NodeObserver) {
    const writers = new WriterConnections(observer);
    const isUsable = (connection: object): boolean =>
      this.#manager.validate(connection) && writers.isCurrent(connection);
    super({
      ...options,
      pool: { ...options.pool, validate: (connection) => isUsable(connection as object) },
    });
    this.#writers = writers;
    this.addHook('afterConnect', (connection) => writers.prepare(connection as Connection));
    this.addHook('afterPoolAcquire', (connection) => this.#prove(connection as Connection));
  }

  override async query(
    sql: string | { query: string; values: unknown[] },
    options: QueryOptions = {},
  ): Promise<never> {
    const run = async (): Promise<never> => {
      try {
        return (await super.query(sql, options)) as never;
      } catch (error) {
        this.#writers.noteFault(error);
        throw error;
      }
    };
    const isRead = options.type === QueryTypes.SELECT && !options.transaction;
    return isRead ? this.#writers.retryRead(run) : run();
  }

  get #manager(): ConnectionManager {
    return this.connectionManager as unknown as ConnectionManager;
  }

  /** The connection is in use from now on, so it is up to this hook to take it out of the pool. */
  async #prove(connection: Connection): Promise<void> {
    try {
      await this.#writers.prove(connection);
    } catch (error) {
      const { pool } = this.connectionManager as unknown as { pool: Pool };
      pool.destroy(connection).catch(() => undefined);
      throw error;
    }
  }
}

interface Pool {
  destroy(connection: object): Promise<void>;
}
