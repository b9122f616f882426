import type { Config } from 'jest';

const hasMysql = process.env.TEST_HAS_MYSQL === 'true';
const hasMariadb = process.env.TEST_HAS_MARIADB === 'true';

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
    '<rootDir>/tests/{integration,api,concurrency,contract}/**/*.test.ts',
    ...(dialect === 'mysql' ? ['<rootDir>/tests/mysql/**/*.test.ts'] : []),
    ...(dialect === 'sqlite' ? ['<rootDir>/tests/sqlite/**/*.test.ts'] : []),
  ],
  globals: { TEST_DIALECT: dialect },
});

/** Tests that break things; each says itself which database it breaks. */
const faults: Config = {
  ...common,
  displayName: 'faults',
  testMatch: [`<rootDir>/tests/faults/${hasMariadb ? '**' : 'sqlite'}/*.test.ts`],
  globals: { TEST_DIALECT: hasMariadb ? 'mysql' : 'sqlite' },
};

const config: Config = {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/tests/unit/**/*.test.ts'] },
    onDatabase('sqlite'),
    ...(hasMysql ? [onDatabase('mysql')] : []),
    faults,
  ],
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  globalTeardown: '<rootDir>/tests/support/global-teardown.ts',
  testTimeout: 30_000,
  maxWorkers: 2,
  collectCoverageFrom: ['src/**/*.ts', '!src/server.ts', '!src/cli.ts'],
};

export default config;
