import { PLENTY, tell, type Arena } from '../arena';
import { lineOf, type Finding } from '../report/finding';
import type { BenchServer } from '../support/bench-server';
import { CROWD } from '../support/entrants';

/** The same for all measurements, because the heap is larger after longer ones. */
const STEP_SECONDS = 2;
/** Long enough to release the buffers of the last answers. */
const REST_MS = 3_000;
const BYTES_PER_MB = 1_000_000;

/** Whether a server grows over many requests. */
export async function memory(arena: Arena): Promise<Finding> {
  const { early, late } = arena.plan.memoryRequests;
  const load = { steps: ['book', 'available'], clients: CROWD } as const;
  const sizes = await arena.withServer('ours', load, async (server) => {
    let requests = 0;
    const sizeAfter = async (count: number): Promise<number> => {
      while (requests < count) {
        const event = { tickets: PLENTY };
        requests += (await arena.measure(server, { ...load, seconds: STEP_SECONDS, event }))
          .requests;
        tell(`memory: ${requests.toLocaleString('en-GB')} requests, ${megabytes(server)} MB`);
      }
      await arena.rest(REST_MS);
      return server.memory;
    };
    return [await sizeAfter(early), await sizeAfter(late)] as const;
  });
  const [small, large] = sizes;
  return {
    title: 'Memory',
    about: 'Resident memory of a server under alternating bookings and availability reads.',
    columns: ['after requests', 'MB'],
    rows: [early, late].map((count, place) => [
      count.toLocaleString('en-GB'),
      (sizes[place]! / BYTES_PER_MB).toFixed(0),
    ]),
    lines: [
      lineOf({
        measure: `memory after ${late.toLocaleString('en-GB')} requests against after ${early.toLocaleString('en-GB')}`,
        values: [large / small],
        atMost: 1.05,
      }),
    ],
  };
}

function megabytes({ memory: bytes }: BenchServer): string {
  return (bytes / BYTES_PER_MB).toFixed(0);
}
