import type { Config } from 'jest';

const isAll = process.env.TEST_ALL === 'true';
const hasMysql = process.env.TEST_HAS_MYSQL === 'true';
const hasMariadb = process.env.TEST_HAS_MARIADB === 'true';
const hasChromium = process.env.TEST_HAS_CHROMIUM === 'true';
const hasRedis = process.env.TEST_HAS_REDIS === 'true';
/** Only what needs a database server is run then, on MySQL in place of MariaDB. */
const isOnMysql = process.env.TEST_DB_ENGINE === 'mysql';

type Dialect = 'sqlite' | 'mysql';

/** @param dialect the database that its tests run on, if they use one */
function project(
  displayName: string,
  testMatch: readonly string[],
  dialect?: Dialect,
  globals: { TEST_EXECUTOR?: 'thread' } = {},
): Config {
  return {
    displayName,
    testMatch: testMatch.map((pattern) => `<rootDir>/tests/${pattern}/*.test.ts`),
    testEnvironment: 'node',
    transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.json' }] },
    setupFiles: ['reflect-metadata'],
    ...(dialect
      ? {
          globals: { TEST_DIALECT: dialect, ...globals },
          globalSetup: '<rootDir>/tests/support/setup/global-setup.ts',
          globalTeardown: '<rootDir>/tests/support/setup/global-teardown.ts',
        }
      : {}),
  };
}

const dialects: readonly Dialect[] = [
  ...(isOnMysql ? [] : (['sqlite'] as const)),
  ...(hasMysql ? (['mysql'] as const) : []),
];

/** `npm test`: the same behaviour on each database. */
const quick: readonly Config[] = [
  ...(isOnMysql ? [] : [project('domain', ['domain']), project('unit', ['unit'])]),
  ...dialects.map((dialect) =>
    project(dialect, [`{integration,api,concurrency,contract,${dialect}}/**`], dialect),
  ),
];

/** The tests that break a database say themselves which. */
function faults(): Config {
  if (isOnMysql) return project('faults', ['faults/{mysql,server}'], 'mysql');
  if (hasMariadb) return project('faults', ['faults/**'], 'mysql');
  return project('faults', ['faults/{sqlite,server}'], 'sqlite');
}

/** Every kind of command, and many at once, also with the inventory in a thread of its own. */
const THROUGH_THE_THREAD =
  '{api/{book,cancel,waitlist,idempotency,event-changes,account-deletion},concurrency/*}';

/** What `npm run test:all` adds. */
const slow: readonly Config[] = [
  ...(isOnMysql
    ? []
    : [project('properties', ['properties']), project('documents', ['documents'])]),
  ...dialects.flatMap((dialect) => [
    project(`processes-${dialect}`, ['processes', `processes/${dialect}`], dialect),
    project(`fuzz-${dialect}`, ['fuzz'], dialect),
    {
      ...project(`thread-${dialect}`, [], dialect, { TEST_EXECUTOR: 'thread' }),
      testMatch: [`<rootDir>/tests/${THROUGH_THE_THREAD}.test.ts`],
    },
  ]),
  faults(),
  // Pages are the same on each database.
  ...(hasChromium && !isOnMysql ? [project('browser', ['browser'], 'sqlite')] : []),
  ...(hasRedis ? [project('redis', ['redis'], hasMysql ? 'mysql' : 'sqlite')] : []),
];

const config: Config = {
  projects: [...quick, ...(isAll ? slow : [])],
  reporters: ['default', '<rootDir>/tests/support/setup/what-ran.mjs'],
  // Some start many processes one after another, and machines differ by three times.
  testTimeout: 120_000,
  // Not more: the fault tests need a processor for what they promise within seconds.
  maxWorkers: '100%',
  // Garbage of many test files adds up; collecting a heap of over a gigabyte stops a worker for seconds.
  workerIdleMemoryLimit: '600MB',
  collectCoverageFrom: ['src/**/*.ts', '!src/server.ts', '!src/cli.ts'],
};

export default config;
