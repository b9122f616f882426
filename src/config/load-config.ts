import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { parse } from 'dotenv';
import ipaddr from 'ipaddr.js';
import type { Config, DatabaseSettings } from './config';
import { ConfigurationError } from './configuration-error';
import { databaseSettings } from './database-settings';
import { developmentSecret } from './development-secret';
import { Environment, ENVIRONMENT_NAMES } from './environment';
import { nearMisses } from './near-misses';
import { limitsOf } from './load-limits';
import { originsOf } from './origins';

type Variables = Readonly<Record<string, string | undefined>>;

const MIN_SECRET_BYTES = 32;
/** A secret with fewer different characters is hardly random. */
const MIN_SECRET_CHARACTERS = 5;
/** Variables whose value may be in a file, named by the variable with `_FILE` appended. */
const FILE_VARIABLES = [
  'SECRET_KEY',
  'SECRET_KEY_PREVIOUS',
  'DB_PASS',
  'ADMIN_PASSWORD',
  'METRICS_TOKEN',
] as const;
/** Variables whose values are never shown. */
const SECRET_NAME = /SECRET|PASS|TOKEN|_URL$/;
/** Networks that Express knows by name. */
const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];
const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/**
 * Reads the environment, with `.env.<NODE_ENV>.local` as fallback, into a frozen configuration.
 *
 * @param root the folder that relative paths and the `.env` file start from
 * @throws ConfigurationError listing every fault
 */
export function loadConfig(processVariables: Variables, root: string = process.cwd()): Config {
  const faults: string[] = [];
  const warnings: string[] = [];
  const env = readEnvironment(processVariables, root, faults);
  const logDirectory = logDirectoryOf(env.LOG_DIR, root, faults);
  const database = databaseSettings(env, root, faults);
  checkTogether(env, database, faults);
  const trustProxy = trustProxyOf(env.TRUST_PROXY, faults);
  const limits = limitsOf(env, faults);
  const origins = originsOf(env.ORIGIN, faults);
  const refusedWords = wordsIn(env.PASSWORD_WORDS_FILE, root, faults);
  // Only a valid configuration may create a secret in the data folder.
  const secret = faults.length === 0 ? signingSecret(env, root, faults, warnings) : '';
  if (faults.length > 0) throw new ConfigurationError(faults);

  const given = Object.keys(withEnvFile(withoutEmpty(processVariables), root));
  warnings.push(...nearMisses(given, ENVIRONMENT_NAMES));
  if (origins === '*' && env.CREDENTIALS === 'true') {
    warnings.push(
      'CREDENTIALS=true has no effect while ORIGIN is *: list the origins that may send credentials',
    );
  }
  return deepFreeze<Config>({
    environment: env.NODE_ENV,
    workers: env.WEB_CONCURRENCY,
    executor: env.EXECUTOR,
    http: {
      host: env.HOST ?? null,
      port: env.PORT,
      keepAliveSeconds: env.KEEP_ALIVE_SECONDS,
      shutdownDelaySeconds: env.SHUTDOWN_DELAY_SECONDS,
      trustProxy,
      origins,
      credentials: origins !== '*' && env.CREDENTIALS === 'true',
    },
    database,
    migrateOnStart: migrateOnStart(env, database),
    auth: {
      secret,
      previousSecrets: listOf(env.SECRET_KEY_PREVIOUS),
      tokenLifetimeSeconds: secondsOf(env.JWT_EXPIRES_IN),
      refreshLifetimeSeconds: secondsOf(env.REFRESH_EXPIRES_IN),
      bcryptRounds: env.BCRYPT_ROUNDS,
      refuseCommonPasswords: flag(env.PASSWORD_DENYLIST, env.NODE_ENV === 'production'),
      refusedWords,
      firstAdmin:
        env.ADMIN_EMAIL !== undefined && env.ADMIN_PASSWORD !== undefined
          ? { email: env.ADMIN_EMAIL.trim().toLowerCase(), password: env.ADMIN_PASSWORD }
          : null,
    },
    eventCreators: env.EVENT_CREATORS,
    rateLimits: {
      enabled: flag(env.RATE_LIMIT_ENABLED, env.NODE_ENV === 'production'),
      redisUrl: env.REDIS_URL ?? null,
      limits,
    },
    metricsToken: env.METRICS_TOKEN ?? null,
    log: {
      level: env.LOG_LEVEL,
      accessFormat: env.LOG_FORMAT,
      directory: logDirectory,
    },
    warnings,
  });
}

/**
 * Only the settings of the database, for commands that need no secrets.
 *
 * @throws ConfigurationError listing every fault
 */
export function loadDatabaseSettings(
  processVariables: Variables,
  root: string = process.cwd(),
): DatabaseSettings {
  const faults: string[] = [];
  const settings = databaseSettings(readEnvironment(processVariables, root, faults), root, faults);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return settings;
}

function readEnvironment(variables: Variables, root: string, faults: string[]): Environment {
  const merged = withFileVariables(withEnvFile(withoutEmpty(variables), root), root, faults);
  const known = Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, merged[name]] as const));
  const env = plainToInstance(Environment, withoutEmpty(known), { exposeDefaultValues: true });
  for (const { property, constraints } of validateSync(env, { stopAtFirstError: true })) {
    const shown = SECRET_NAME.test(property) ? '' : ` (it is ${JSON.stringify(known[property])})`;
    faults.push(...Object.values(constraints ?? {}).map((message) => message + shown));
  }
  return env;
}

function withEnvFile(variables: Variables, root: string): Variables {
  const file = path.join(root, `.env.${variables.NODE_ENV ?? 'development'}.local`);
  return existsSync(file)
    ? { ...withoutEmpty(parse(readFileSync(file))), ...variables }
    : variables;
}

function withFileVariables(variables: Variables, root: string, faults: string[]): Variables {
  const merged: Record<string, string | undefined> = {
    ...variables,
    DB_PASS: variables.DB_PASS ?? variables.DB_PASSWORD,
  };
  for (const name of FILE_VARIABLES) {
    const file = variables[`${name}_FILE`];
    if (!file) continue;
    try {
      merged[name] = withoutLastBreak(readFileSync(path.resolve(root, file), 'utf8'));
    } catch {
      faults.push(`${name}_FILE names a file that can't be read`);
    }
  }
  return merged;
}

/** Editors and `echo` end a file with a line break; spaces may belong to a password. */
function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** Unset and empty mean the same. */
function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()));
}

function checkTogether(env: Environment, database: DatabaseSettings, faults: string[]): void {
  if (database.dialect === 'sqlite' && env.WEB_CONCURRENCY > 1) {
    faults.push('WEB_CONCURRENCY above 1 needs mysql: on sqlite one process serves the file');
  }
  if ((env.ADMIN_EMAIL === undefined) !== (env.ADMIN_PASSWORD === undefined)) {
    faults.push('ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both or neither');
  }
  if (env.NODE_ENV !== 'production') return;
  const secrets = [env.SECRET_KEY ?? '', ...listOf(env.SECRET_KEY_PREVIOUS)];
  if (secrets.some((secret) => !isLongSecret(secret))) {
    faults.push(
      `SECRET_KEY (and each of SECRET_KEY_PREVIOUS) must be at least ${String(MIN_SECRET_BYTES)} ` +
        'random bytes in production; generate one with openssl rand -base64 48',
    );
  }
}

function isLongSecret(secret: string): boolean {
  return Buffer.byteLength(secret) >= MIN_SECRET_BYTES;
}

function signingSecret(
  env: Environment,
  root: string,
  faults: string[],
  warnings: string[],
): string {
  if (env.SECRET_KEY !== undefined) {
    if (!isLongSecret(env.SECRET_KEY)) {
      warnings.push('SECRET_KEY is short: fine for a trial, refused in production');
    } else if (new Set(env.SECRET_KEY).size < MIN_SECRET_CHARACTERS) {
      warnings.push(
        'SECRET_KEY has few different characters: generate one with openssl rand -base64 48',
      );
    }
    return env.SECRET_KEY;
  }
  try {
    const { secret, file } = developmentSecret(root);
    warnings.push(`No SECRET_KEY set: using the random one kept in ${path.relative(root, file)}`);
    return secret;
  } catch (error) {
    faults.push(
      `No SECRET_KEY set, and none can be stored under data/: ${(error as Error).message}`,
    );
    return '';
  }
}

/** Creates the folder, so that a server that can't write its log says so at start. */
function logDirectoryOf(value: string | undefined, root: string, faults: string[]): string | null {
  if (value === undefined) return null;
  const directory = path.resolve(root, value);
  try {
    createFolder(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    faults.push(`LOG_DIR can't be written: ${(error as Error).message}`);
  }
  return directory;
}

/** One folder after the other: Node's own way of creating several never ends below /proc. */
function createFolder(directory: string): void {
  if (existsSync(directory)) return;
  createFolder(path.dirname(directory));
  mkdirSync(directory);
}

/** The lines of a file; none if no file is named. */
function wordsIn(file: string | undefined, root: string, faults: string[]): string[] {
  if (file === undefined) return [];
  try {
    const lines = readFileSync(path.resolve(root, file), 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  } catch {
    faults.push("PASSWORD_WORDS_FILE names a file that can't be read");
    return [];
  }
}

function migrateOnStart(env: Environment, database: DatabaseSettings): boolean {
  return flag(
    env.DB_MIGRATE_ON_START,
    env.NODE_ENV === 'development' && database.dialect === 'sqlite',
  );
}

/** There is no "all proxies": every client could then claim any address. */
function trustProxyOf(value: string | undefined, faults: string[]): false | number | string[] {
  if (value === undefined || value === 'false') return false;
  if (/^\d+$/.test(value)) return Number(value);
  const proxies = listOf(value);
  if (!proxies.every(isProxy)) {
    faults.push(
      'TRUST_PROXY must be the number of proxies, or their addresses, networks ' +
        '(10.0.0.0/8) or loopback, linklocal, uniquelocal, separated by commas',
    );
  }
  return proxies;
}

function isProxy(text: string): boolean {
  if (NAMED_NETWORKS.includes(text)) return true;
  return text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
}

function secondsOf(duration: string): number {
  const unit = duration.at(-1) as keyof typeof SECONDS_PER_UNIT;
  return unit in SECONDS_PER_UNIT
    ? Number(duration.slice(0, -1)) * SECONDS_PER_UNIT[unit]
    : Number(duration);
}

function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function flag(value: 'true' | 'false' | undefined, otherwise: boolean): boolean {
  return value === undefined ? otherwise : value === 'true';
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
