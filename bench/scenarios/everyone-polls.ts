import { setTimeout as pause } from 'node:timers/promises';
import { PLENTY, tell, type Arena } from '../arena';
import { lineOf, withSpread, type Finding } from '../report/finding';
import type { BenchServer } from '../support/bench-server';
import { runLoad, type Step } from '../support/load';

const WAITING = 50_000;
const BOOKERS = 4;
const CROWDS = [40, 400];
/** Pause between two readiness probes: far more often than a load balancer asks. */
const PROBE_PAUSE_MS = 100;

const POLLS: Readonly<Record<string, readonly Step[]>> = {
  'GET …/me': ['me'],
  lists: ['waitlist', 'tickets'],
  'GET …/status': ['status'],
};

interface Beside {
  readonly bookings: number;
  readonly refusedBookings: number;
  readonly p50Ms: number;
  readonly polls: number;
  readonly refusedPolls: number;
  readonly readyFailures: number;
  readonly slowestProbeMs: number;
}

/** Everyone who waits for one event looks where they stand, and others book another event. */
export async function everyonePolls(arena: Arena): Promise<Finding> {
  // Made before the server starts: its housekeeping then sums up the queue at once.
  const polledEvent = await arena.database.makeEvents({
    tickets: 1,
    waiting: WAITING,
    waitingAre: 'regulars',
  });
  const rounds = new Map<string, Beside[]>();
  for (let round = 1; round <= arena.plan.rounds; round += 1) {
    const booking = { steps: ['book'], clients: BOOKERS } as const;
    await arena.withServer('ours', booking, async (server) => {
      for (const { name, steps, clients } of loads()) {
        const beside = await measure(arena, server, { polledEvent, steps, clients });
        rounds.set(name, [...(rounds.get(name) ?? []), beside]);
        const { bookings, readyFailures } = beside;
        tell(`${name}: ${bookings.toFixed(0)} bookings/s, ${String(readyFailures)} not ready`);
      }
    });
  }
  return findingOf(rounds);
}

function loads(): { name: string; steps: readonly Step[]; clients: number }[] {
  return [
    { name: 'quiet', steps: [], clients: 0 },
    ...Object.entries(POLLS).flatMap(([name, steps]) =>
      CROWDS.map((clients) => ({ name: `${name}, ${String(clients)} clients`, steps, clients })),
    ),
  ];
}

async function measure(
  arena: Arena,
  server: BenchServer,
  poll: { polledEvent: number; steps: readonly Step[]; clients: number },
): Promise<Beside> {
  const stopped = new AbortController();
  const probes = probe(server.url, stopped.signal);
  const polls =
    poll.clients === 0
      ? null
      : runLoad({
          url: server.url,
          seconds: arena.plan.seconds,
          tokensFile: arena.database.askers,
          firstEventId: poll.polledEvent,
          steps: poll.steps,
          clients: poll.clients,
        });
  const bookings = await arena.measure(server, {
    steps: ['book'],
    clients: BOOKERS,
    event: { tickets: PLENTY },
    refused: 'some',
  });
  const polled = await polls;
  stopped.abort();
  const answered = polled ? polled.requests - polled.refused : 0;
  return {
    bookings: (bookings.requests - bookings.refused) / bookings.seconds,
    refusedBookings: bookings.refused,
    p50Ms: bookings.p50Ms,
    polls: polled ? answered / polled.seconds : 0,
    refusedPolls: polled ? polled.refused / polled.seconds : 0,
    ...(await probes),
  };
}

/** Asks whether the server is ready, again and again until it is stopped. */
async function probe(
  url: string,
  signal: AbortSignal,
): Promise<Pick<Beside, 'readyFailures' | 'slowestProbeMs'>> {
  let readyFailures = 0;
  let slowestProbeMs = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    const { status } = await fetch(`${url}/health/ready`);
    slowestProbeMs = Math.max(slowestProbeMs, performance.now() - startedAt);
    if (status !== 200) readyFailures += 1;
    await pause(PROBE_PAUSE_MS);
  }
  return { readyFailures, slowestProbeMs };
}

function findingOf(rounds: ReadonlyMap<string, readonly Beside[]>): Finding {
  const quiet = rounds.get('quiet')!;
  const cells = (of: readonly Beside[], pick: keyof Beside, digits = 0): string =>
    withSpread(
      of.map((beside) => beside[pick]),
      digits,
    );
  return {
    title: 'Everyone polls',
    about:
      `${String(BOOKERS)} clients book one event. Beside them, people who wait for another event, ` +
      `${WAITING.toLocaleString('en-GB')} in all, look where they stand, list the waitlist and ` +
      'their tickets, or look at its status, again as soon as they are answered. Refusals are 503.',
    columns: [
      'beside',
      'bookings/s',
      'refused',
      'p50 ms',
      'polls/s',
      'refused polls/s',
      'not ready',
      'slowest probe ms',
    ],
    rows: [...rounds].map(([name, of]) => [
      name,
      cells(of, 'bookings'),
      cells(of, 'refusedBookings'),
      cells(of, 'p50Ms', 1),
      cells(of, 'polls'),
      cells(of, 'refusedPolls'),
      cells(of, 'readyFailures'),
      cells(of, 'slowestProbeMs'),
    ]),
    lines: [...rounds]
      .filter(([name]) => name !== 'quiet')
      .map(([name, of]) =>
        lineOf({
          measure: `bookings beside ${name}, against quiet`,
          values: of.map(({ bookings }, round) => bookings / quiet[round]!.bookings),
          atLeast: 0.5,
        }),
      ),
  };
}
