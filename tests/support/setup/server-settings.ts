import type { MysqlSettings } from '../../../src/config/config';

/** A database of a server on this machine, without TLS, with the defaults of the configuration. */
export function serverSettings(
  settings: Pick<MysqlSettings, 'port' | 'database'> & Partial<MysqlSettings>,
): MysqlSettings {
  return {
    dialect: 'mysql',
    host: '127.0.0.1',
    socket: null,
    user: 'root',
    password: '',
    tls: null,
    connectTimeoutMs: 1_000,
    poolMax: 16,
    ...settings,
  };
}
