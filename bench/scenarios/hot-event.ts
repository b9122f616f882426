import { PLENTY, tell, type Arena, type Measured } from '../arena';
import { lineOf, withSpread, type Finding, type Line } from '../report/finding';
import { RATE_COLUMNS, rateCells } from '../report/rows';
import type { Entrant } from '../support/entrants';
import { CROWD, ENTRANTS } from '../support/entrants';

const BOOK = { steps: ['book'] } as const;

/** The figures of each contestant and number of clients, round by round. */
export class Curve {
  readonly #measured = new Map<string, Measured[]>();
  readonly bareCommits: number[] = [];

  add(name: string, clients: number, measured: Measured): void {
    const key = `${name} ${String(clients)}`;
    this.#measured.set(key, [...(this.#measured.get(key) ?? []), measured]);
  }

  of(name: string, clients: number): readonly Measured[] {
    return this.#measured.get(`${name} ${String(clients)}`) ?? [];
  }

  /** One figure of each round. */
  values(name: string, clients: number, pick: keyof Measured): number[] {
    return this.of(name, clients).map((measured) => measured[pick]);
  }

  /** The ratio of one contestant's figure to another's, round by round. */
  ratios(pick: keyof Measured, [a, b]: readonly [string, string], clients: number): number[] {
    const others = this.values(b, clients, pick);
    return this.values(a, clients, pick).map((value, round) => value / others[round]!);
  }
}

/** Bookings of one event, the main scenario. */
export async function measureHotEvent(arena: Arena): Promise<Curve> {
  const { curveRounds, clients } = arena.plan;
  const curve = new Curve();
  for (let round = 0; round < curveRounds; round += 1) {
    curve.bareCommits.push(await arena.database.bareCommitRate());
    for (const entrant of ENTRANTS) {
      if (round >= (entrant.rounds ?? Infinity)) continue;
      await measureEntrant(arena, curve, entrant, clients);
      const rates = clients.map((count) => Math.round(curve.of(entrant.name, count)[round]!.rate));
      tell(`hot event, round ${String(round + 1)}, ${entrant.name}: ${rates.join(', ')} /s`);
    }
  }
  return curve;
}

async function measureEntrant(
  arena: Arena,
  curve: Curve,
  { name, contestant, env }: Entrant,
  counts: readonly number[],
): Promise<void> {
  await arena.withServer(
    contestant,
    { ...BOOK, clients: 64 },
    async (server) => {
      for (const clients of counts) {
        const event = { tickets: PLENTY };
        curve.add(name, clients, await arena.measure(server, { ...BOOK, clients, event }));
      }
    },
    { env },
  );
}

export function tellHotEvent(curve: Curve, clients: readonly number[]): Finding {
  return {
    title: 'One hot event',
    about:
      'Everyone books one ticket of the same event, each request with its own Idempotency-Key and ' +
      'as soon as the last one is answered.',
    columns: ['service', 'clients', ...RATE_COLUMNS, 'SQL statements'],
    rows: ENTRANTS.flatMap(({ name }) =>
      clients.map((count) => [
        name,
        count.toLocaleString('en-GB'),
        ...rateCells(curve.of(name, count)),
        withSpread(curve.values(name, count, 'statements'), 2),
      ]),
    ),
    lines: linesOf(curve, clients),
  };
}

function linesOf(curve: Curve, clients: readonly number[]): Line[] {
  const most = Math.max(...clients);
  const atMost = curve.values('ours', most, 'rate');
  return [
    lineOf({
      measure: `hot event, ${String(CROWD)} clients, everything on: rate against textbook`,
      values: curve.ratios('rate', ['ours', 'textbook'], CROWD),
      atLeast: 10,
    }),
    lineOf({
      measure: `the same, against idle chain`,
      values: curve.ratios('rate', ['ours', 'idle chain'], CROWD),
      atLeast: 0.8,
    }),
    lineOf({
      measure: `the same, against empty`,
      values: curve.ratios('rate', ['ours', 'empty'], CROWD),
      atLeast: 0.6,
    }),
    lineOf({
      measure: `${most.toLocaleString('en-GB')} clients against the best point of the curve`,
      values: atMost.map((rate, round) => {
        const rates = clients.map((count) => curve.values('ours', count, 'rate')[round]!);
        return rate / Math.max(...rates);
      }),
      atLeast: 0.9,
    }),
    lineOf({
      measure: `p99 at ${String(CROWD)} clients against textbook`,
      values: curve.ratios('p99Ms', ['ours', 'textbook'], CROWD),
      atMost: 0.2,
    }),
    lineOf({
      measure: 'one client, p50 against textbook',
      values: curve.ratios('p50Ms', ['ours', 'textbook'], 1),
      atMost: 1.1,
    }),
    lineOf({
      measure: 'processor time a booking, server and database, against empty',
      values: processorRatios(curve),
      atMost: 1.9,
    }),
    lineOf({
      measure: `SQL round trips per booking at ${String(CROWD)} clients`,
      values: curve.values('ours', CROWD, 'statements'),
      atMost: 0.15,
      unit: '',
    }),
  ];
}

/** A figure that survives a change of machine better than a rate. */
function processorRatios(curve: Curve): number[] {
  const ofAll = (name: string): number[] =>
    curve.of(name, CROWD).map(({ mainUs, othersUs, databaseUs }) => mainUs + othersUs + databaseUs);
  const empty = ofAll('empty');
  return ofAll('ours').map((time, round) => time / empty[round]!);
}
