import type { Config, DatabaseSettings } from '../../../src/config/config';
import { LIMITS } from '../../../src/config/limits';

export const TEST_SECRET = 'a secret that is only good for tests, 48 bytes long';

type Overrides = Partial<Omit<Config, 'auth' | 'http' | 'log' | 'rateLimits'>> & {
  readonly auth?: Partial<Config['auth']>;
  readonly http?: Partial<Config['http']>;
  readonly log?: Partial<Config['log']>;
  readonly rateLimits?: Partial<Config['rateLimits']>;
};

/** A configuration for tests: cheap hashes, no log, otherwise the defaults. */
export function testConfig(database: DatabaseSettings, overrides: Overrides = {}): Config {
  return {
    environment: 'test',
    workers: 1,
    executor: 'inline',
    database,
    migrateOnStart: false,
    eventCreators: 'everyone',
    metricsToken: null,
    warnings: [],
    ...overrides,
    rateLimits: { enabled: false, redisUrl: null, limits: LIMITS, ...overrides.rateLimits },
    http: {
      host: null,
      port: 0,
      keepAliveSeconds: 10,
      shutdownDelaySeconds: 0,
      trustProxy: false,
      origins: '*',
      credentials: false,
      ...overrides.http,
    },
    auth: {
      secret: TEST_SECRET,
      previousSecrets: [],
      tokenLifetimeSeconds: 3_600,
      refreshLifetimeSeconds: 30 * 86_400,
      bcryptRounds: 4,
      refuseCommonPasswords: false,
      refusedWords: [],
      firstAdmin: null,
      ...overrides.auth,
    },
    log: { level: 'silent', accessFormat: 'dev', directory: null, ...overrides.log },
  };
}
