import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSettings, MysqlSettings, TlsSettings } from './config';
import type { Environment } from './environment';

/**
 * The settings of the database; adds what is wrong with them to `faults`.
 *
 * @param root the folder that relative paths start from
 */
export function databaseSettings(
  env: Environment,
  root: string,
  faults: string[],
): DatabaseSettings {
  const isServerNamed = env.DB_HOST !== undefined || env.DB_SOCKET !== undefined;
  const dialect = env.DB_DIALECT ?? (isServerNamed ? 'mysql' : 'sqlite');
  if (dialect === 'mysql') return mysqlSettings(env, root, faults);
  if (env.NODE_ENV === 'production' && env.DB_DIALECT === undefined) {
    faults.push(
      'In production set DB_HOST, or set DB_DIALECT=sqlite to run on one file on purpose',
    );
  }
  return { dialect, storage: path.resolve(root, env.DB_STORAGE) };
}

function mysqlSettings(env: Environment, root: string, faults: string[]): MysqlSettings {
  if (env.DB_HOST === undefined && env.DB_SOCKET === undefined) {
    faults.push('DB_HOST or DB_SOCKET must be set for mysql');
  }
  if (env.DB_HOST !== undefined && env.DB_SOCKET !== undefined) {
    faults.push('DB_SOCKET stands in place of DB_HOST: set one of them');
  }
  for (const name of ['DB_USER', 'DB_DATABASE'] as const) {
    if (env[name] === undefined) faults.push(`${name} must be set for mysql`);
  }
  return {
    dialect: 'mysql',
    host: env.DB_HOST ?? '',
    port: env.DB_PORT,
    socket: env.DB_SOCKET === undefined ? null : path.resolve(root, env.DB_SOCKET),
    user: env.DB_USER ?? '',
    password: env.DB_PASS ?? '',
    database: env.DB_DATABASE ?? '',
    tls: tlsSettings(env, root, faults),
    connectTimeoutMs: env.DB_CONNECT_TIMEOUT_MS,
    poolMax: env.DB_POOL_MAX,
  };
}

function tlsSettings(env: Environment, root: string, faults: string[]): TlsSettings | null {
  const { DB_SSL: mode, DB_SSL_CA: caFile } = env;
  if (caFile !== undefined && mode !== 'verify') {
    faults.push('DB_SSL_CA needs DB_SSL=verify: otherwise no certificate is checked');
  }
  if (mode === 'off') return null;
  if (env.DB_SOCKET !== undefined) {
    faults.push('DB_SSL is for DB_HOST: nothing that goes through DB_SOCKET leaves the machine');
  }
  const ca = caFile === undefined ? null : readCertificates(path.resolve(root, caFile), faults);
  return { verify: mode === 'verify', ca };
}

function readCertificates(file: string, faults: string[]): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
    faults.push('DB_SSL_CA names a file without a certificate in the PEM format');
  } catch {
    faults.push("DB_SSL_CA names a file that can't be read");
  }
  return null;
}
