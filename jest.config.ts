import type { Config } from 'jest';

const hasMysql = process.env.TEST_HAS_MYSQL === 'true';
const hasMariadb = process.env.TEST_HAS_MARIADB === 'true';
const hasChromium = process.env.TEST_HAS_CHROMIUM === 'true';
const hasRedis = process.env.TEST_HAS_REDIS === 'true';

const common: Config = {
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.json' }] },
  setupFiles: ['reflect-metadata'],
};

/** The same behaviour is tested on each database. */
const onDatabase = (dialect: 'sqlite' | 'mysql'): Config => ({
  ...common,
  displayName: dialect,
  testMatch: [
    '<rootDir>/tests/{integration,api,concurrency,contract,fuzz}/**/*.test.ts',
    ...(dialect === 'mysql' ? ['<rootDir>/tests/mysql/**/*.test.ts'] : []),
    ...(dialect === 'sqlite' ? ['<rootDir>/tests/sqlite/**/*.test.ts'] : []),
  ],
  globals: { TEST_DIALECT: dialect },
});

/** Tests that break things; each says itself which database it breaks. */
const faults: Config = {
  ...common,
  displayName: 'faults',
  testMatch: [`<rootDir>/tests/faults/${hasMariadb ? '**' : '{sqlite,server}'}/*.test.ts`],
  globals: { TEST_DIALECT: hasMariadb ? 'mysql' : 'sqlite' },
};

/** What people do in a browser: the pages are the same on each database. */
const browser: Config = {
  ...common,
  displayName: 'browser',
  testMatch: ['<rootDir>/tests/browser/**/*.test.ts'],
  globals: { TEST_DIALECT: 'sqlite' },
};

/** What several servers count together in Redis. */
const redis: Config = {
  ...common,
  displayName: 'redis',
  testMatch: ['<rootDir>/tests/redis/**/*.test.ts'],
  globals: { TEST_DIALECT: hasMysql ? 'mysql' : 'sqlite' },
};

const config: Config = {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/tests/unit/**/*.test.ts'] },
    onDatabase('sqlite'),
    ...(hasMysql ? [onDatabase('mysql')] : []),
    faults,
    ...(hasChromium ? [browser] : []),
    ...(hasRedis ? [redis] : []),
  ],
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  globalTeardown: '<rootDir>/tests/support/global-teardown.ts',
  // Some start many processes one after another, and machines differ by three times.
  testTimeout: 120_000,
  // Not more: what the faults tests promise within seconds needs a processor to do it on.
  maxWorkers: '100%',
  // What test files leave behind adds up, and clearing a heap of over a gigabyte stops everything for seconds.
  workerIdleMemoryLimit: '600MB',
  collectCoverageFrom: ['src/**/*.ts', '!src/server.ts', '!src/cli.ts'],
};

export default config;
