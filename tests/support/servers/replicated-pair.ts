import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { MysqlSettings } from '../../../src/config/config';
import { FaultProxy } from '../faults/fault-proxy';
import { mysqlSettings } from '../setup/test-database';
import { DatabaseServer } from './database-server';

const DATABASE = 'tickets';
/** An account that a server's `read_only` stops. */
const SERVICE_USER = 'tickets_service';
/** How long a standby may take to get what the writer has committed. */
const CATCH_UP_SECONDS = 10;
const REPLICATES = ['--log-bin=binlog', '--log-slave-updates', '--gtid-strict-mode=1'];

/**
 * Two MariaDB servers, of which one replicates the other, and one address that leads new connections to
 * the writer. Connections that are open stay with their server, as with DNS or a virtual address.
 */
export class ReplicatedPair {
  private constructor(
    private readonly servers: [writer: DatabaseServer, standby: DatabaseServer],
    readonly proxy: FaultProxy,
  ) {}

  static async start(): Promise<ReplicatedPair> {
    const [writer, standby] = await Promise.all([
      DatabaseServer.start({ options: [...REPLICATES, '--server-id=1'] }),
      DatabaseServer.start({ options: [...REPLICATES, '--server-id=2', '--read-only=1'] }),
    ]);
    const pair = new ReplicatedPair([writer, standby], await FaultProxy.start(writer.port));
    await follow(standby, writer);
    await ask(writer, `CREATE DATABASE ${DATABASE}`);
    await ask(writer, `CREATE USER ${SERVICE_USER}@'%'`);
    await ask(writer, `GRANT ALL ON ${DATABASE}.* TO ${SERVICE_USER}@'%'`);
    return pair;
  }

  /** The settings of a server that serves them. */
  get settings(): MysqlSettings {
    return {
      ...mysqlSettings(DATABASE),
      host: '127.0.0.1',
      port: this.proxy.port,
      user: SERVICE_USER,
      password: '',
    };
  }

  /** Makes the standby the writer, and the writer its standby. Nothing is lost. */
  async switchOver(): Promise<void> {
    const [former, next] = this.servers;
    await this.setReadOnly(true);
    const [position] = await ask(former, 'SELECT @@gtid_binlog_pos AS gtid');
    const gtid = String(position?.gtid);
    await ask(next, `SELECT MASTER_GTID_WAIT('${gtid}', ${String(CATCH_UP_SECONDS)})`);
    await ask(next, 'STOP SLAVE');
    this.servers.reverse();
    await this.setReadOnly(false);
    this.proxy.targetPort = next.port;
    await ask(former, `SET GLOBAL gtid_slave_pos = '${gtid}'`);
    await follow(former, next);
  }

  /** Of the writer. */
  async setReadOnly(isReadOnly: boolean): Promise<void> {
    await ask(this.servers[0], `SET GLOBAL read_only = ${isReadOnly ? '1' : '0'}`);
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

async function follow(standby: DatabaseServer, writer: DatabaseServer): Promise<void> {
  await ask(
    standby,
    `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${String(writer.port)},
     MASTER_USER = 'root', MASTER_USE_GTID = slave_pos`,
  );
  await ask(standby, 'START SLAVE');
}

async function ask(server: DatabaseServer, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
  });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}
