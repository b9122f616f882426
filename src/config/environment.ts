import { Transform } from 'class-transformer';
import {
  getMetadataStorage,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import {
  CharactersBetween,
  EmailAddress,
  FitsBcrypt,
  MAX_EMAIL_CHARACTERS,
  MIN_PASSWORD_CHARACTERS,
} from '../text-validators';

const MAX_PORT = 65_535;
const MIN_BCRYPT_ROUNDS = 4;
/** A hash takes about 0.8 s at 14; each step doubles that. */
const MAX_BCRYPT_ROUNDS = 14;
const MAX_WORKERS = 256;
const MAX_KEEP_ALIVE_SECONDS = 3_600;
const MAX_SHUTDOWN_DELAY_SECONDS = 600;

/** Leaves anything but whole numbers unchanged, so that the check reports it. */
const WholeNumber = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value,
  );

const Flag = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.trim().toLowerCase() : value,
  );

/**
 * One field for each variable that the server reads. Unset and empty mean the same. The check next to
 * the field runs first, and the first that fails is reported.
 */
export class Environment {
  /** `production` enables the stricter rules: no default secret, and rate limits. */
  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  /** TCP port to listen on; 0 picks a free one. */
  @WholeNumber()
  @Max(MAX_PORT)
  @Min(0)
  @IsInt()
  PORT: number = 3000;

  /** The address to listen on, such as 127.0.0.1; all of them by default. */
  @IsOptional()
  @IsString()
  HOST?: string;

  /**
   * How long an idle connection is kept. Behind a balancer, longer than it keeps its own: 66 for an
   * AWS ALB, above 600 for Google's.
   */
  @WholeNumber()
  @Max(MAX_KEEP_ALIVE_SECONDS)
  @Min(1)
  @IsInt()
  KEEP_ALIVE_SECONDS: number = 10;

  /** How long a stopping server is not ready, but still takes connections: until no one sends any. */
  @WholeNumber()
  @Max(MAX_SHUTDOWN_DELAY_SECONDS)
  @Min(0)
  @IsInt()
  SHUTDOWN_DELAY_SECONDS: number = 0;

  /** By default `sqlite` without DB_HOST and DB_SOCKET, otherwise `mysql` (MySQL and MariaDB). */
  @IsOptional()
  @IsIn(['sqlite', 'mysql'])
  DB_DIALECT?: 'sqlite' | 'mysql';

  /** The database file, for sqlite. */
  @IsString()
  DB_STORAGE: string = 'data/tickets.sqlite';

  @IsOptional()
  @IsString()
  DB_HOST?: string;

  @WholeNumber()
  @Max(MAX_PORT)
  @Min(1)
  @IsInt()
  DB_PORT: number = 3306;

  /** A unix socket of the database server, in place of DB_HOST and DB_PORT. */
  @IsOptional()
  @IsString()
  DB_SOCKET?: string;

  /** TLS to DB_HOST: `required` encrypts, `verify` also checks whose certificate it is. */
  @Flag()
  @IsIn(['off', 'required', 'verify'])
  DB_SSL: 'off' | 'required' | 'verify' = 'off';

  /** A PEM file of the authorities that `verify` trusts, in place of the public ones. */
  @IsOptional()
  @IsString()
  DB_SSL_CA?: string;

  /** How long to wait for a connection to the database server, in milliseconds. */
  @WholeNumber()
  @Max(30_000)
  @Min(100)
  @IsInt()
  DB_CONNECT_TIMEOUT_MS: number = 1_000;

  @IsOptional()
  @IsString()
  DB_USER?: string;

  @IsOptional()
  @IsString()
  DB_PASS?: string;

  @IsOptional()
  @IsString()
  DB_DATABASE?: string;

  /** Connections of one process to MySQL. */
  @WholeNumber()
  @Max(200)
  @Min(4)
  @IsInt()
  DB_POOL_MAX: number = 16;

  /**
   * Migrate at start instead of refusing to start. On by default in development on sqlite only.
   */
  @IsOptional()
  @Flag()
  @IsIn(['true', 'false'])
  DB_MIGRATE_ON_START?: 'true' | 'false';

  /** Signs the tokens. At least 32 bytes in production. */
  @IsOptional()
  @IsString()
  SECRET_KEY?: string;

  /** Secrets that no longer sign but still verify, separated by commas: for rotation. */
  @IsOptional()
  @IsString()
  SECRET_KEY_PREVIOUS?: string;

  /** How long a token lasts: seconds, or a number followed by s, m, h or d. */
  @Matches(/^[1-9]\d{0,8}[smhd]?$/, {
    message: 'JWT_EXPIRES_IN must be seconds, or a number followed by s, m, h or d, such as 1h',
  })
  JWT_EXPIRES_IN: string = '1h';

  /** How long a login can be refreshed if it is not used: seconds, or a number and s, m, h or d. */
  @Matches(/^[1-9]\d{0,8}[smhd]?$/, {
    message:
      'REFRESH_EXPIRES_IN must be seconds, or a number followed by s, m, h or d, such as 30d',
  })
  REFRESH_EXPIRES_IN: string = '30d';

  /** Cost of a password hash; each step doubles it. */
  @WholeNumber()
  @Max(MAX_BCRYPT_ROUNDS)
  @Min(MIN_BCRYPT_ROUNDS)
  @IsInt()
  BCRYPT_ROUNDS: number = 10;

  /** The first admin: created at start if there is no admin. */
  @IsOptional()
  @EmailAddress()
  @MaxLength(MAX_EMAIL_CHARACTERS)
  ADMIN_EMAIL?: string;

  /** Under the rules of every password: also refused if it is easy to guess. */
  @IsOptional()
  @CharactersBetween(MIN_PASSWORD_CHARACTERS)
  @FitsBcrypt()
  ADMIN_PASSWORD?: string;

  /** Who may create events. */
  @IsIn(['everyone', 'organizers'])
  EVENT_CREATORS: 'everyone' | 'organizers' = 'everyone';

  /** Refuse commonly used passwords. On by default in production only. */
  @IsOptional()
  @Flag()
  @IsIn(['true', 'false'])
  PASSWORD_DENYLIST?: 'true' | 'false';

  /** A file of further words and passwords to refuse, one per line. */
  @IsOptional()
  @IsString()
  PASSWORD_WORDS_FILE?: string;

  /** Rate limits by address and account. On by default in production only. */
  @IsOptional()
  @Flag()
  @IsIn(['true', 'false'])
  RATE_LIMIT_ENABLED?: 'true' | 'false';

  /** Sign-ups of one address. Like all of these, requests/seconds, such as 20/60. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_SIGNUP?: string;

  /** Logins of one address; ten with the right password count as one. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_LOGIN?: string;

  /** Refreshes of one address; ten with a good token count as one. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_REFRESH?: string;

  /** Bookings and joins of one account, together. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_BOOKING?: string;

  /** Tickets given back, waits lowered and waitlists left by one account, together. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_CANCELLING?: string;

  /** Events that one account creates, changes and cancels, and priorities it gives, together. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_EVENTS?: string;

  /** Changes of accounts, deletions and log-outs by one account, together. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_ACCOUNTS?: string;

  /** Pages of lists that one account reads. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_LISTS?: string;

  /** How often one account asks for a profile, or how it stands with an event. */
  @IsOptional()
  @IsString()
  RATE_LIMIT_PROFILES?: string;

  /** Redis, through which several processes share their rate limits. */
  @IsOptional()
  @IsUrl({ protocols: ['redis', 'rediss'], require_tld: false, require_protocol: true })
  REDIS_URL?: string;

  /** The bearer token for /metrics; without it only this machine may read them. */
  @IsOptional()
  @IsString()
  @MinLength(16)
  METRICS_TOKEN?: string;

  /** Trusted proxies: their number or addresses. Without it forwarded headers are ignored. */
  @IsOptional()
  @IsString()
  TRUST_PROXY?: string;

  /** Server processes on this machine. More than one needs mysql. */
  @WholeNumber()
  @Max(MAX_WORKERS)
  @Min(1)
  @IsInt()
  WEB_CONCURRENCY: number = 1;

  /** `thread` gives the changes of tickets a thread of their own; `inline` runs them beside HTTP. */
  @IsIn(['thread', 'inline'])
  EXECUTOR: 'thread' | 'inline' = 'inline';

  /** Format of the access log, by the names of morgan. */
  @IsIn(['dev', 'combined', 'common', 'short', 'tiny'])
  LOG_FORMAT: 'dev' | 'combined' | 'common' | 'short' | 'tiny' = 'dev';

  /** Folder for log files, in addition to standard output. */
  @IsOptional()
  @IsString()
  LOG_DIR?: string;

  @IsIn(['error', 'warn', 'info', 'debug', 'silent'])
  LOG_LEVEL: 'error' | 'warn' | 'info' | 'debug' | 'silent' = 'info';

  /** Origins that browsers may call from (scheme://host:port), separated by commas; `*` for any. */
  @IsString()
  ORIGIN: string = '*';

  /** Whether browsers may send credentials; no effect while ORIGIN is `*`. */
  @Flag()
  @IsIn(['true', 'false'])
  CREDENTIALS: 'true' | 'false' = 'false';
}

/** The names of all variables, in the order of the class. */
export const ENVIRONMENT_NAMES: readonly string[] = [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(Environment, '', true, false)
      .map((metadata) => metadata.propertyName),
  ),
];
