/**
 * `npm test`: runs Jest and says at the very end which databases it has run on.
 *
 *   npm test -- --long        ten times as many random stories
 *   npm test -- <anything>    as Jest takes it
 *
 * TEST_REQUIRE_MYSQL=true fails where no MySQL-speaking server can be had,
 * TEST_REQUIRE_CHROMIUM=true where no Chromium is installed, and TEST_REQUIRE_REDIS=true where no
 * Redis is.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const args = process.argv.slice(2);
const isLong = args.includes('--long');
const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
const hasMariadb = folders.some((folder) => existsSync(path.join(folder, 'mariadbd')));
const hasRedis = folders.some((folder) => existsSync(path.join(folder, 'redis-server')));
const hasChromium = existsSync('/usr/bin/chromium');
const hasMysql = process.env.TEST_DB_HOST !== undefined || hasMariadb;

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(process.execPath, [jest, ...args.filter((arg) => arg !== '--long')], {
  stdio: 'inherit',
  env: {
    ...process.env,
    TEST_HAS_MYSQL: String(hasMysql),
    TEST_HAS_MARIADB: String(hasMariadb),
    TEST_HAS_CHROMIUM: String(hasChromium),
    TEST_HAS_REDIS: String(hasRedis),
    ...(isLong ? { TEST_LONG: 'true' } : {}),
  },
});

if (hasMysql) {
  console.log('\nThe tests ran on SQLite and on MySQL/MariaDB.');
} else {
  console.log(
    '\nNo MySQL-speaking server was found: the tests ran on SQLite ONLY. Install mariadb-server, or ' +
      'name a server by TEST_DB_HOST, TEST_DB_PORT, TEST_DB_USER and TEST_DB_PASS.',
  );
}
if (!hasChromium) {
  console.log(
    'No Chromium was found: the documentation page was NOT tried in a browser. Install chromium.',
  );
}
if (!hasRedis) {
  console.log('No Redis was found: limits shared by servers were NOT tried. Install redis-server.');
}
const isRefused =
  (!hasMysql && process.env.TEST_REQUIRE_MYSQL === 'true') ||
  (!hasChromium && process.env.TEST_REQUIRE_CHROMIUM === 'true') ||
  (!hasRedis && process.env.TEST_REQUIRE_REDIS === 'true');
process.exitCode = isRefused ? 1 : (status ?? 1);
