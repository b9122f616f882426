/**
 * `npm run test:scale`: what docker-compose.yml starts under its profile `scale`, by hand: MariaDB,
 * Redis, three servers and nginx with the configuration of ops/nginx, and a crowd before them. All
 * histories and the whole ledger are checked; any surprise ends it with exit code 1.
 */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { nobodyThere } from './foreign-origin';
import { Installation } from './installation';
import { killOne, oneIsBack, restartAll, stampede, twoWorkers, type Row } from './load-phases';
import { redisPhases } from './redis-phases';
import { requireTools } from './tools';

async function main(): Promise<void> {
  requireTools(['mariadbd', 'redis-server', 'nginx']);
  const installation = await Installation.start();
  const rows: Row[] = [];
  try {
    rows.push(await nobodyThere());
    for (const phase of [stampede, killOne, restartAll, oneIsBack, redisPhases, twoWorkers]) {
      rows.push(...[await phase(installation)].flat());
    }
    const { code, output } = await installation.reconcileAll();
    console.log(output.trim());
    assert.equal(code, 0, 'The ledger is wrong');
  } finally {
    if (rows.length > 0) console.table(rows);
    await installation.stop();
  }
  console.log(`All as it should be, in ${(performance.now() / 1_000).toFixed(0)} s`);
}

main().catch((error: unknown) => {
  console.error(error);
  // Clients of a phase that failed may still be asking.
  process.exit(1);
});
