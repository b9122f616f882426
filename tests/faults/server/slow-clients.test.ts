import { setTimeout as pause } from 'node:timers/promises';
import { Rounds, times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld } from '../../support/faults/fault-world';
import { ServerProcess } from '../../support/servers/server-process';
import { drip, linger } from '../../support/http/slow-client';
import { emptyDatabase } from '../../support/setup/test-database';

/** No client may hold a connection longer without progress. */
const DROP_LIMIT_MS = 15_000;
/** Time limit for an honest client among the slow ones. */
const ANSWER_LIMIT_MS = 5_000;
const HONEST_PAUSE_MS = 50;
/** Slow clients that connect at the same time. */
const WAVE = 200;
/** More than the time allows. */
const HONEST_BOOKINGS = 100_000;
/** Many requests for an answer that is much larger than any buffer on the way. */
const GREEDY = 'GET /api-docs/openapi.json HTTP/1.1\r\nHost: slow\r\n\r\n'.repeat(40);

describe('slow clients', () => {
  let world: FaultWorld;
  let server: ServerProcess;
  beforeAll(async () => {
    const settings = await emptyDatabase('faults_slow_clients');
    world = await FaultWorld.open(settings);
    server = await ServerProcess.start(settings);
  });
  afterAll(async () => {
    await server.stop();
    await world.close();
  });

  survives(
    {
      area: 'Overload and slow clients',
      fault:
        'clients that send a head or a body byte by byte, never read their answers, say nothing, or keep idle connections',
      checked: 'each is disconnected within 15 s; an honest client is always served',
    },
    async () => {
      const rounds = new Rounds({ short: 1, full: 1, long: 10 });
      let clients = 0;
      let longestMs = 0;
      let slowestMs = 0;
      while (rounds.goOn()) {
        const crowd = await sitThrough();
        clients += crowd.clients;
        longestMs = Math.max(longestMs, crowd.longestMs);
        slowestMs = Math.max(slowestMs, crowd.slowestMs);
      }
      return {
        times: clients,
        found: `the last was disconnected after ${(longestMs / 1_000).toFixed(1)} s, an honest client waited at most ${slowestMs.toFixed(0)} ms`,
      };
    },
  );

  /** A crowd of slow clients connects, and an honest one books until the last of them is gone. */
  async function sitThrough(): Promise<{ clients: number; longestMs: number; slowestMs: number }> {
    const { port } = server;
    const each = times({ short: 20, full: 200, long: 200 });
    const idle = times({ short: 200, full: 5_000, long: 5_000 });
    const head = 'POST /api/tickets/book HTTP/1.1\r\nHost: slow\r\n';
    const slow: Promise<number>[] = [];
    // Not all at once: this tests the server, not the backlog of the system.
    const many = async (count: number, client: () => Promise<number>): Promise<void> => {
      for (let made = 0; made < count; made += 1) {
        slow.push(client());
        if (made % WAVE === 0) await pause(HONEST_PAUSE_MS);
      }
    };
    await many(each, () => drip(port, { opening: `${head}X-A: `, byte: 'a', isReading: true }));
    await many(each, () =>
      drip(port, {
        opening: `${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
        byte: ' ',
        isReading: true,
      }),
    );
    await many(each / 5, () => drip(port, { opening: GREEDY, byte: '\r\n', isReading: false }));
    await many(idle, () => linger(port));
    await many(idle, () => linger(port, 'GET /health/live HTTP/1.1\r\nHost: slow\r\n\r\n'));
    let left = slow.length;
    for (const client of slow) void client.then(() => (left -= 1));

    const run = await world.run([server.url], { events: 1, total: HONEST_BOOKINGS });
    for (let turn = 0; left > 0; turn += 1) {
      const answer = await run.history.book(world.people[turn % 10]!, run.eventId);
      expect(answer?.status).toBe(201);
      await pause(HONEST_PAUSE_MS);
    }

    const longestMs = Math.max(...(await Promise.all(slow)));
    expect(longestMs).toBeLessThan(DROP_LIMIT_MS);
    expect(run.history.slowestMs).toBeLessThan(ANSWER_LIMIT_MS);
    await run.check();
    return { clients: slow.length, longestMs, slowestMs: run.history.slowestMs };
  }
});
