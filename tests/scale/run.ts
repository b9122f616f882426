/**
 * `npm run test:scale`: starts what the profile `scale` of docker-compose.yml starts: MariaDB,
 * Redis, three servers and nginx with the configuration of ops/nginx, under load. All histories are
 * checked and all events reconciled; any fault ends it with exit code 1.
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
    assert.equal(code, 0, 'Some events do not reconcile');
  } finally {
    if (rows.length > 0) console.table(rows);
    await installation.stop();
  }
  console.log(`All checks passed in ${(performance.now() / 1_000).toFixed(0)} s`);
}

main().catch((error: unknown) => {
  console.error(error);
  // Clients of a failed phase may still be running.
  process.exit(1);
});
