import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld, type FaultRun } from '../../support/faults/fault-world';
import { RedisServer } from '../../support/servers/redis-server';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';
import { isDone } from '../../support/faults/trouble';
import { until } from '../../support/setup/until';

/** No answer takes longer: the server waits only briefly for Redis. */
const ANSWER_LIMIT_MS = 5_000;
/** So many that none of them reaches the limit of an account. */
const PEOPLE = 400;
const CLIENTS = 8;
/** Between two bookings of a client. */
const BOOKING_PAUSE_MS = 40;

(process.env.TEST_HAS_REDIS === 'true' ? describe : undefined)?.('a failing Redis', () => {
  let redis: RedisServer;
  let world: FaultWorld;
  let server: ServerProcess;
  beforeAll(async () => {
    const settings = await emptyDatabase('faults_redis');
    world = await FaultWorld.open(settings, PEOPLE);
    redis = await RedisServer.start();
    server = await ServerProcess.start(settings, {
      env: { RATE_LIMIT_ENABLED: 'true', REDIS_URL: redis.url },
    });
  });
  afterAll(async () => {
    await server.stop();
    await redis.kill();
    await world.close();
  });

  /** Bookings go on during a fault of Redis, and every one succeeds. */
  async function bookDuring(trouble: (run: FaultRun) => Promise<void>): Promise<void> {
    const run = await world.run([server.url], { events: 1, total: 100_000 });
    let isOver = false;
    let turn = 0;
    const client = async (): Promise<void> => {
      while (!isOver) {
        turn += 1;
        const person = world.people[turn % PEOPLE]!;
        await run.history.book(person, run.eventId, { key: randomUUID() });
        await pause(BOOKING_PAUSE_MS);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    try {
      await trouble(run);
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
    expect(Object.keys(run.history.tally())).toEqual(['201 booked']);
    expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
    await run.check();
  }

  /** A while in which bookings must succeed. */
  async function expectBookings({ history }: FaultRun): Promise<void> {
    const before = history.calls.length;
    await pause(times({ short: 300, full: 3_000, long: 20_000 }));
    await until(() => history.calls.slice(before).some(isDone), ANSWER_LIMIT_MS);
  }

  const area = 'Redis, for shared rate limits';
  const checked = 'every booking succeeds, none is refused or late; linearizable';

  survives({ area, fault: 'kill -9 of Redis, and a restart', checked }, () =>
    bookDuring(async (run) => {
      await redis.kill();
      await expectBookings(run);
      await redis.restart();
      await expectBookings(run);
    }).then(() => 1),
  );

  survives({ area, fault: 'Redis hangs, then goes on', checked }, () =>
    bookDuring(async (run) => {
      redis.freeze();
      await expectBookings(run);
      redis.thaw();
      await expectBookings(run);
    }).then(() => 1),
  );

  survives({ area, fault: 'Redis loses all data', checked }, () =>
    bookDuring(async (run) => {
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
      await expectBookings(run);
    }).then(() => 1),
  );
});
