import { connect, isIP, type Socket } from 'node:net';
import type { SslOptions } from 'mysql2';
import type { Options } from 'sequelize';
import type { MysqlSettings } from '../config/config';

/** What Sequelize hands on to mysql2. */
export interface DialectOptions {
  readonly charset: 'utf8mb4';
  readonly decimalNumbers: true;
  readonly connectTimeout: number;
  readonly ssl?: SslOptions;
  /** Opens the connection, in place of mysql2. */
  readonly stream: () => Socket;
}

/**
 * How every connection to MySQL or MariaDB is made: those of the server, of its commands and of
 * `npx sequelize-cli`.
 */
export function mysqlOptions(
  settings: MysqlSettings,
): Options & { readonly dialectOptions: DialectOptions } {
  return {
    dialect: 'mysql',
    host: settings.host,
    port: settings.port,
    username: settings.user,
    password: settings.password,
    database: settings.database,
    timezone: '+00:00',
    dialectOptions: dialectOptions(settings),
  };
}

/** The part of it that needs no Sequelize. */
export function dialectOptions(settings: MysqlSettings): DialectOptions {
  return {
    charset: 'utf8mb4',
    // DECIMAL as a number: available_tickets is a whole number of at most seven digits.
    decimalNumbers: true,
    connectTimeout: settings.connectTimeoutMs,
    ...(settings.tls ? { ssl: sslOptions(settings.tls) } : {}),
    stream: () => openStream(settings),
  };
}

/** The bare connection: TLS, if any, begins later, inside of MySQL's protocol. */
export function openStream({ host, port, socket: file }: MysqlSettings): Socket {
  if (file !== null) return connect(file);
  const socket = connect({ port, host, keepAlive: true });
  socket.setNoDelay(true);
  // A certificate is checked against this where TLS names no server, as it can't for an address.
  if (isIP(host) !== 0) Object.assign(socket, { _host: host });
  return socket;
}

function sslOptions({ verify, ca }: NonNullable<MysqlSettings['tls']>): SslOptions {
  return {
    rejectUnauthorized: verify,
    verifyIdentity: verify,
    ...(ca === null ? {} : { ca }),
  };
}
