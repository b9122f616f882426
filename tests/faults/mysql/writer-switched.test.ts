import { setTimeout as pause } from 'node:timers/promises';
import { times } from '../../support/faults/fault-profile';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld, type FaultRun } from '../../support/faults/fault-world';
import { expectWhole, RECOVERY_LIMIT_MS, untilBooked } from '../../support/faults/trouble';
import { Exposition } from '../../support/http/exposition';
import { ReplicatedPair } from '../../support/servers/replicated-pair';
import { ServerProcess } from '../../support/servers/server-process';
import { until } from '../../support/setup/until';

const CLIENTS = 16;
const READERS = 4;
const READ_PAUSE_MS = 10;
const START_LIMIT_MS = 60_000;
/** How soon readiness follows. */
const READY_LIMIT_MS = 2_000;

describe('a change of the writer, while old connections stay', () => {
  let pair: ReplicatedPair;
  let world: FaultWorld;
  let server: ServerProcess;
  beforeAll(async () => {
    pair = await ReplicatedPair.start();
    world = await FaultWorld.open(pair.settings);
    server = await ServerProcess.start(pair.settings);
  }, START_LIMIT_MS);
  afterAll(async () => {
    await server.stop();
    await world.close();
    await pair.stop();
  });

  const area = 'The database';

  async function untilReadyIs(status: number): Promise<void> {
    const isSo = async (): Promise<boolean> =>
      (await fetch(`${server.url}/health/ready`)).status === status;
    await until(isSo, READY_LIMIT_MS);
  }

  /** The youngest version that was answered. */
  function answeredVersion(run: FaultRun): number {
    const versions = run.history.calls.map(({ answer }) =>
      answer !== null && answer.status < 300 ? (answer.body.data.version as number) : 0,
    );
    return Math.max(0, ...versions);
  }

  /** Readers of the availability, each of whom must see everything that was answered before. */
  function startReaders(run: FaultRun): { stop: () => Promise<{ reads: number; stale: number }> } {
    const { token } = world.people[0]!;
    let isStopping = false;
    let reads = 0;
    let stale = 0;
    const read = async (): Promise<void> => {
      const before = answeredVersion(run);
      const answer = await fetch(`${server.url}/api/available-tickets/${String(run.eventId)}`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      if (answer.status !== 200) return;
      const { data } = (await answer.json()) as { data: { version: number } };
      reads += 1;
      if (data.version < before) stale += 1;
    };
    const readers = Array.from({ length: READERS }, async () => {
      while (!isStopping) {
        await read();
        await pause(READ_PAUSE_MS);
      }
    });
    return {
      async stop() {
        isStopping = true;
        await Promise.all(readers);
        return { reads, stale };
      },
    };
  }

  survives(
    {
      area,
      fault: 'the writer is switched under load, and connections to the former one stay open',
      checked:
        'no 500 and no OUTCOME_UNKNOWN; no read is stale; bookings succeed within 2 s, ready follows; linearizable',
    },
    async () => {
      const switches = times({ short: 2, full: 10, long: 40 });
      const run = await world.run([server.url], { events: 1 });
      const next = await world.run([server.url], { events: 1, total: 1_000 });
      const readers = startReaders(run);
      const load = run.startLoad(CLIENTS);
      for (let done = 0; done < switches; done += 1) {
        const seen = run.history.calls.length;
        await until(() => run.history.calls.length > seen + 50);
        await pair.switchOver();
        await untilBooked(next, world.people[0]!);
        await untilReadyIs(200);
      }
      await load.stop();
      const { reads, stale } = await readers.stop();
      const tally = run.history.tally();
      const refused = tally['503 SERVICE_UNAVAILABLE'] ?? 0;
      await expectWhole(run);
      expect(stale).toBe(0);
      expect(reads).toBeGreaterThan(0);
      expect(tally['503 OUTCOME_UNKNOWN'] ?? 0).toBe(0);
      const logged = server.log.filter(({ message }) => message.startsWith('Another database'));
      expect(logged).toHaveLength(switches);
      const metrics = await Exposition.of(server.url);
      expect(metrics.value('database_node_changes_total')).toBe(switches);
      return { times: switches, found: `${String(refused)} refusals, ${String(reads)} reads` };
    },
  );

  survives(
    {
      area,
      fault: 'there is no writer for three seconds: the only server is read-only',
      checked: '503, no read comes from it; not ready and ready again within 2 s; bookings too',
    },
    async () => {
      const run = await world.run([server.url], { events: 1 });
      await untilBooked(run, world.people[0]!);
      await pair.setReadOnly(true);
      await untilReadyIs(503);
      const { token } = world.people[0]!;
      const read = await fetch(`${server.url}/api/available-tickets/${String(run.eventId)}`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      expect(read.status).toBe(503);
      await pause(RECOVERY_LIMIT_MS);
      expect((await run.history.book(world.people[1]!, run.eventId))?.status).toBe(503);
      await pair.setReadOnly(false);
      await untilBooked(run, world.people[1]!);
      await untilReadyIs(200);
      await run.check();
      return 1;
    },
  );
});
