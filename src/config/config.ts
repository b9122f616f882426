import type { Limits } from './limits';

/** The configuration of the server: checked once at start, then frozen. */

export interface SqliteSettings {
  readonly dialect: 'sqlite';
  readonly storage: string;
}

export interface TlsSettings {
  /** Whether the certificate must be valid, and issued for the host. */
  readonly verify: boolean;
  /** Authorities that may have issued it, as PEM; null: those that Node.js trusts. */
  readonly ca: string | null;
}

export interface MysqlSettings {
  readonly dialect: 'mysql';
  readonly host: string;
  readonly port: number;
  /** A unix socket, used in place of host and port. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Null: no TLS. */
  readonly tls: TlsSettings | null;
  readonly connectTimeoutMs: number;
  readonly poolMax: number;
}

export type DatabaseSettings = SqliteSettings | MysqlSettings;

export interface Config {
  readonly environment: 'development' | 'test' | 'production';
  readonly workers: number;
  /** Whether changes of tickets have a thread of their own, or run in the one that serves HTTP. */
  readonly executor: 'thread' | 'inline';
  readonly http: {
    /** The address to listen on; null for all. */
    readonly host: string | null;
    /** 0 picks a free one. */
    readonly port: number;
    /** How long an idle connection is kept for the next request. */
    readonly keepAliveSeconds: number;
    /** How long a stopping process goes on taking connections after it has said that it is not ready. */
    readonly shutdownDelaySeconds: number;
    /** Express's `trust proxy`: hops, or addresses; false ignores forwarded headers. */
    readonly trustProxy: false | number | readonly string[];
    /** Origins that browsers may call from. */
    readonly origins: '*' | readonly string[];
    readonly credentials: boolean;
  };
  readonly database: DatabaseSettings;
  readonly migrateOnStart: boolean;
  readonly auth: {
    /** Signs and verifies tokens. */
    readonly secret: string;
    /** Only verify tokens. */
    readonly previousSecrets: readonly string[];
    readonly tokenLifetimeSeconds: number;
    readonly refreshLifetimeSeconds: number;
    readonly bcryptRounds: number;
    readonly refuseCommonPasswords: boolean;
    /** Words that no password may consist of, even with digits or punctuation around them. */
    readonly refusedWords: readonly string[];
    readonly firstAdmin: { readonly email: string; readonly password: string } | null;
  };
  readonly eventCreators: 'everyone' | 'organizers';
  readonly rateLimits: {
    readonly enabled: boolean;
    readonly redisUrl: string | null;
    readonly limits: Limits;
  };
  readonly metricsToken: string | null;
  readonly log: {
    readonly level: 'error' | 'warn' | 'info' | 'debug' | 'silent';
    readonly accessFormat: 'dev' | 'combined' | 'common' | 'short' | 'tiny';
    readonly directory: string | null;
  };
  /** Warnings about this configuration, to be logged at start. */
  readonly warnings: readonly string[];
}
