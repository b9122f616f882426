import { createConnection, type Connection } from 'mysql2/promise';
import type { DatabaseSettings } from '../../src/config/config';
import { until } from './until';

/** Another session on the servers' MySQL database, which does what no server of ours would. */
export class Outsider {
  private constructor(readonly session: Connection) {}

  static async enter(settings: DatabaseSettings): Promise<Outsider> {
    if (settings.dialect !== 'mysql') throw new Error('Only MySQL lets others in');
    const { host, port, user, password, database } = settings;
    return new Outsider(await createConnection({ host, port, user, password, database }));
  }

  leave(): Promise<void> {
    return this.session.end();
  }

  /** Holds events' locks until `commit` or `rollback`. */
  async lockEvents(eventIds: readonly number[]): Promise<void> {
    await this.session.beginTransaction();
    await this.session.query('SELECT id FROM events WHERE id IN (?) FOR UPDATE', [eventIds]);
  }

  /** Whether a row could be locked at once. */
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

  /** Transactions on this database at the moment: all, or those that wait for a row lock. */
  async openTransactions(state = '%'): Promise<number> {
    const [rows] = await this.session.query(
      `SELECT COUNT(*) AS open FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE p.db = DATABASE() AND t.trx_state LIKE ?`,
      [state],
    );
    return (rows as { open: number }[])[0]!.open;
  }

  /** Waits until somebody waits for a lock. */
  async untilSomeoneWaits(): Promise<void> {
    await until(async () => (await this.openTransactions('LOCK WAIT')) > 0);
  }
}
