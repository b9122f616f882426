import { createConnection, type Connection } from 'mysql2/promise';
import type { MysqlSettings } from '../../../src/config/config';
import { FaultWorld } from '../faults/fault-world';
import { serverSettings } from '../setup/server-settings';
import { testEngine } from './database-engine';
import { DatabaseServer, type ServerOptions } from './database-server';

const DATABASE = 'tickets';
/** The account of the servers, with only the rights that they need. */
const SERVICE_USER = 'tickets_service';
const RIGHTS = 'SELECT, INSERT, UPDATE, DELETE';
const ER_NO_SUCH_THREAD = 1094;

/** A database server that one test file may break, with people in it. */
export class OwnDatabase {
  private constructor(
    readonly server: DatabaseServer,
    readonly world: FaultWorld,
    /** For root, to whom connection limits and read-only mode do not apply. */
    readonly root: MysqlSettings,
  ) {}

  static async start(options: ServerOptions = {}): Promise<OwnDatabase> {
    const server = await DatabaseServer.start({ engine: testEngine(), ...options });
    const root = serverSettings({ port: server.port, database: DATABASE });
    const { host, port, user } = root;
    const bare = await createConnection({ host, port, user });
    await bare.query(`CREATE DATABASE ${DATABASE}`);
    await bare.end();
    const world = await FaultWorld.open(root);
    const own = new OwnDatabase(server, world, root);
    const models = Object.values(world.observer.container.database.models);
    const tables = models.map((model: { readonly tableName: string }) => model.tableName);
    await own.asRoot(async (connection) => {
      await connection.query(`CREATE USER ${SERVICE_USER}@'%'`);
      for (const table of ['SequelizeMeta', ...tables]) {
        await connection.query(`GRANT ${RIGHTS} ON ${DATABASE}.${table} TO ${SERVICE_USER}@'%'`);
      }
    });
    return own;
  }

  /** The settings of the servers under test. */
  get service(): MysqlSettings {
    return { ...this.root, user: SERVICE_USER };
  }

  connect(settings: MysqlSettings = this.root): Promise<Connection> {
    const { host, port, user, password, database } = settings;
    return createConnection({ host, port, user, password, database });
  }

  async asRoot<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.connect();
    try {
      return await work(connection);
    } finally {
      await connection.end();
    }
  }

  /** Connections of the servers under test that are open in the database. */
  async serviceConnections(): Promise<number> {
    return this.asRoot(async (connection) => {
      const [rows] = await connection.query(
        'SELECT COUNT(*) AS open FROM information_schema.processlist WHERE user = ?',
        [SERVICE_USER],
      );
      return (rows as { open: number }[])[0]!.open;
    });
  }

  async setRights(verb: 'GRANT' | 'REVOKE', right: string, table: string): Promise<void> {
    const preposition = verb === 'GRANT' ? 'TO' : 'FROM';
    await this.asRoot((connection) =>
      connection.query(
        `${verb} ${right} ON ${DATABASE}.${table} ${preposition} ${SERVICE_USER}@'%'`,
      ),
    );
  }

  /** Leaves the service only the right to read, and closes its open connections. */
  async takeAllRights(): Promise<void> {
    await this.asRoot(async (connection) => {
      await connection.query(`REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${SERVICE_USER}@'%'`);
      await connection.query(`GRANT SELECT ON ${DATABASE}.* TO ${SERVICE_USER}@'%'`);
      await killAllOf(SERVICE_USER, connection);
    });
  }

  async giveAllRights(): Promise<void> {
    await this.asRoot((connection) =>
      connection.query(`GRANT ALL ON ${DATABASE}.* TO ${SERVICE_USER}@'%'`),
    );
  }

  async stop(): Promise<void> {
    await this.world.close();
    await this.server.stop();
  }
}

/** MySQL has no `KILL USER`. */
async function killAllOf(user: string, connection: Connection): Promise<void> {
  const [rows] = await connection.query(
    'SELECT id FROM information_schema.processlist WHERE user = ?',
    [user],
  );
  for (const { id } of rows as { id: number }[]) {
    try {
      await connection.query(`KILL ${String(id)}`);
    } catch (error) {
      const hasEnded = (error as { errno?: number }).errno === ER_NO_SUCH_THREAD;
      if (!hasEnded) throw error;
    }
  }
}
