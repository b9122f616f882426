import { createConnection, type Connection } from 'mysql2/promise';
import type { MysqlSettings } from '../../../src/config/config';
import { FaultWorld } from '../faults/fault-world';
import { MariadbServer, type ServerOptions } from './mariadb-server';

const DATABASE = 'tickets';
/** The account of the servers, with only the rights that they need. */
const SERVICE_USER = 'tickets_service';
const RIGHTS = 'SELECT, INSERT, UPDATE, DELETE';

/** A mariadbd that one test file may break, with people in it. */
export class OwnMariadb {
  private constructor(
    readonly mariadb: MariadbServer,
    readonly world: FaultWorld,
    /** For root, to whom connection limits and read-only mode do not apply. */
    readonly root: MysqlSettings,
  ) {}

  static async start(options: ServerOptions = {}): Promise<OwnMariadb> {
    const mariadb = await MariadbServer.start(options);
    const root: MysqlSettings = {
      dialect: 'mysql',
      host: '127.0.0.1',
      port: mariadb.port,
      user: 'root',
      password: '',
      database: DATABASE,
      poolMax: 16,
    };
    const { host, port, user } = root;
    const bare = await createConnection({ host, port, user });
    await bare.query(`CREATE DATABASE ${DATABASE}`);
    await bare.end();
    const world = await FaultWorld.open(root);
    const own = new OwnMariadb(mariadb, world, root);
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
      await connection.query(`KILL USER ${SERVICE_USER}`);
    });
  }

  async giveAllRights(): Promise<void> {
    await this.asRoot((connection) =>
      connection.query(`GRANT ALL ON ${DATABASE}.* TO ${SERVICE_USER}@'%'`),
    );
  }

  async stop(): Promise<void> {
    await this.world.close();
    await this.mariadb.stop();
  }
}
