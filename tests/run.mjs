/**
 * `npm test` and its variants: runs Jest, then reports what is missing on this machine.
 *
 *   npm test                  domain, units, API, integration and concurrency, on each database
 *   npm run test:all          everything: also processes, properties, documents, faults, fuzz, browser, Redis
 *   npm run test:all -- --long   ten times as many random command sequences
 *   npm run test:mysql        everything that needs a database server, on Debian's MySQL (--mysql)
 *   npm test -- <anything>    passed on to Jest
 *
 * TEST_REQUIRE_MYSQL=true fails without a MySQL or MariaDB server, TEST_REQUIRE_CHROMIUM=true without
 * Chromium, and TEST_REQUIRE_REDIS=true without Redis.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { mysqlFolder } from './support/servers/mysql-archive.mjs';

const OWN_OPTIONS = ['--long', '--all', '--mysql'];
const args = process.argv.slice(2);
const isAll = args.includes('--all');
const isOnMysql = args.includes('--mysql');
const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
const has = (program) => folders.some((folder) => existsSync(path.join(folder, program)));
const hasMariadb = has('mariadbd');
const hasRedis = has('redis-server');
const hasChromium = has('chromium');
const hasMysql = process.env.TEST_DB_HOST !== undefined || hasMariadb || isOnMysql;

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const jestArgs = args.filter((arg) => !OWN_OPTIONS.includes(arg));
const { status } = spawnSync(process.execPath, [jest, ...jestArgs], {
  stdio: 'inherit',
  env: {
    ...process.env,
    TEST_HAS_MYSQL: String(hasMysql),
    TEST_HAS_MARIADB: String(hasMariadb),
    TEST_HAS_CHROMIUM: String(hasChromium),
    TEST_HAS_REDIS: String(hasRedis),
    ...(isOnMysql ? { TEST_DB_ENGINE: 'mysql', TEST_MYSQL_FOLDER: mysqlFolder() } : {}),
    ...(isAll ? { TEST_ALL: 'true' } : {}),
    ...(args.includes('--long') ? { TEST_LONG: 'true' } : {}),
  },
});

if (!hasMysql) {
  console.log(
    'No MySQL or MariaDB server was found, so only SQLite was tested. Install mariadb-server, or name ' +
      'a server with TEST_DB_HOST, TEST_DB_PORT, TEST_DB_USER and TEST_DB_PASS.',
  );
}
if (isAll && !hasMariadb && !isOnMysql) {
  console.log('No mariadbd was found, so the faults of a MySQL server were not tested.');
}
if (isAll && !hasChromium) {
  console.log('No Chromium was found, so no page was tested in a browser. Install chromium.');
}
if (isAll && !hasRedis) {
  console.log('No Redis was found, so shared rate limits were not tested. Install redis-server.');
}
const lacks = (name, isThere) => !isThere && process.env[`TEST_REQUIRE_${name}`] === 'true';
const isRefused =
  lacks('MYSQL', hasMysql) ||
  (isAll && (lacks('CHROMIUM', hasChromium) || lacks('REDIS', hasRedis)));
process.exitCode = isRefused ? 1 : (status ?? 1);
