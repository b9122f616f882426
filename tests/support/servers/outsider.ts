import { createConnection, type Connection } from 'mysql2/promise';
import type { DatabaseSettings } from '../../../src/config/config';
import { until } from '../setup/until';

/** InnoDB's table truncates statements after about so many characters. */
const COMPARED_CHARACTERS = 500;

/** Another session on the servers' MySQL database, to hold locks and make conflicting changes. */
export class Outsider {
  private constructor(readonly session: Connection) {}

  static async enter(settings: DatabaseSettings): Promise<Outsider> {
    if (settings.dialect !== 'mysql') throw new Error('Only MySQL allows other sessions');
    const { host, port, user, password, database } = settings;
    return new Outsider(await createConnection({ host, port, user, password, database }));
  }

  leave(): Promise<void> {
    return this.session.end();
  }

  /** Locks the events until `commit` or `rollback`. */
  async lockEvents(eventIds: readonly number[]): Promise<void> {
    await this.session.beginTransaction();
    await this.session.query('SELECT id FROM events WHERE id IN (?) FOR UPDATE', [eventIds]);
  }

  /** Whether a row can be locked at once. */
  async canLock(table: 'events' | 'users', id: number): Promise<boolean> {
    await this.session.beginTransaction();
    try {
      await this.session.query(`SELECT id FROM ${table} WHERE id = ? FOR UPDATE NOWAIT`, [id]);
      return true;
    } catch {
      return false;
    } finally {
      await this.session.rollback();
    }
  }

  /** Transactions that are currently open on this database. */
  async openTransactions(): Promise<number> {
    const [rows] = await this.session.query(
      `SELECT COUNT(*) AS open FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE p.db = DATABASE()`,
    );
    return (rows as { open: number }[])[0]!.open;
  }

  /**
   * Waits until so many statements wait for row locks.
   *
   * @returns the statements that wait
   */
  async untilSomeoneWaits(waiters = 1): Promise<string[]> {
    let waiting: string[] = [];
    await until(async () => {
      waiting = await this.#waitingStatements();
      return waiting.length >= waiters;
    });
    return waiting;
  }

  /**
   * InnoDB's own table may be out of date, the process list is not: a waiting session must still run
   * the same statement.
   */
  async #waitingStatements(): Promise<string[]> {
    const [rows] = await this.session.query(
      `SELECT p.info AS statement FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE p.db = DATABASE() AND t.trx_state = 'LOCK WAIT'
         AND LEFT(p.info, ${String(COMPARED_CHARACTERS)}) = LEFT(t.trx_query, ${String(COMPARED_CHARACTERS)})`,
    );
    return (rows as { statement: string }[]).map(({ statement }) => statement);
  }
}
