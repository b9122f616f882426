/** Scenarios that compare two or three loads by their rate. */
import { PLENTY, type Arena } from '../arena';
import { lineOf, type Finding } from '../report/finding';
import { RATE_COLUMNS, rateCells } from '../report/rows';
import { REGULARS } from '../support/bench-database';
import { CROWD } from '../support/entrants';
import { rateRatios, sideBySide, type Side } from './side-by-side';

const SPREAD_EVENTS = 1_000;
const BOOK = { steps: ['book'], clients: CROWD, event: { tickets: PLENTY } } as const;

export async function soldOut(arena: Arena): Promise<Finding> {
  const { regulars } = arena.database;
  const sides: Side[] = [
    { ...BOOK, name: 'idle chain', contestant: 'idle chain' },
    { ...BOOK, name: 'new waiters', contestant: 'ours', event: { tickets: 1, waiting: 1 } },
    {
      ...BOOK,
      name: 'people who already wait',
      contestant: 'ours',
      tokensFile: regulars,
      event: { tickets: 1, waiting: REGULARS, waitingAre: 'regulars' },
      refused: 'all',
    },
  ];
  const [idle, fresh, again] = await sideBySide(arena, 'sold out', sides);
  return {
    ...finding(sides, [idle!, fresh!, again!]),
    title: 'A sold-out event',
    about:
      'New people join the waitlist, with a durable write each; people who already wait try again ' +
      'and are refused with 409, each under the lock of the event.',
    lines: [
      lineOf({
        measure: 'sold out, new waiters, against idle chain',
        values: rateRatios(fresh!, idle!),
        atLeast: 0.7,
      }),
      lineOf({
        measure: 'sold out, repeated requests (409), against idle chain',
        values: rateRatios(again!, idle!),
        atLeast: 0.8,
      }),
    ],
  };
}

export async function reads(arena: Arena): Promise<Finding> {
  const look = { ...BOOK, steps: ['available'] } as const;
  const sides: Side[] = [
    { ...look, name: 'idle chain', contestant: 'idle chain' },
    { ...look, name: 'ours', contestant: 'ours' },
  ];
  const [idle, ours] = await sideBySide(arena, 'availability', sides);
  return {
    ...finding(sides, [idle!, ours!]),
    title: 'Availability of one hot event',
    about: 'Everyone reads how many tickets are left; each answer is read after its request.',
    lines: [
      lineOf({
        measure: 'availability reads of one hot event, against idle chain',
        values: rateRatios(ours!, idle!),
        atLeast: 0.9,
      }),
    ],
  };
}

export async function longQueue(arena: Arena): Promise<Finding> {
  const { few, many } = arena.plan.waiting;
  const side = (waiting: number): Side => ({
    steps: ['cancel', 'book'],
    clients: CROWD,
    name: `${waiting.toLocaleString('en-GB')} waiting`,
    contestant: 'ours',
    event: { tickets: 0, isHeldByAskers: true, waiting },
  });
  const sides = [side(few), side(many)];
  const [short, long] = await sideBySide(arena, 'long queue', sides);
  return {
    ...finding(sides, [short!, long!]),
    title: 'A long queue',
    about:
      'Half of the requests give a ticket back, which goes to the head of the queue; the others ' +
      'join the end of the queue.',
    lines: [
      lineOf({
        measure: `one event with ${sides[1]!.name} against ${String(few)}`,
        values: rateRatios(long!, short!),
        atLeast: 0.95,
      }),
    ],
  };
}

export async function manyEvents(arena: Arena): Promise<Finding> {
  const load = { ...BOOK, events: SPREAD_EVENTS };
  const sides: Side[] = [
    { ...load, name: 'textbook', contestant: 'textbook' },
    { ...load, name: 'ours', contestant: 'ours' },
  ];
  const [textbook, ours] = await sideBySide(arena, 'many events', sides);
  return {
    ...finding(sides, [textbook!, ours!]),
    title: 'A thousand events',
    about: 'Each request books a ticket of the next event, so that requests do not share a lock.',
    lines: [
      lineOf({
        measure: '1,000 events, spread, against textbook',
        values: rateRatios(ours!, textbook!),
        atLeast: 2,
      }),
    ],
  };
}

export async function mix(arena: Arena): Promise<Finding> {
  const side = {
    steps: ['book', 'cancel', 'join'],
    clients: CROWD,
    event: { tickets: 0, isHeldByAskers: true, waiting: 1_000 },
    contestant: 'ours',
    name: 'ours',
  } as const;
  const [ours] = await sideBySide(arena, 'mix', [side]);
  return {
    ...finding([side], [ours!]),
    title: 'Book, cancel and join',
    about:
      'On a sold-out event with a queue, in equal parts: bookings that end on the waitlist, tickets ' +
      'given back, and people who join the waitlist.',
    lines: [],
  };
}

export async function processes(arena: Arena): Promise<Finding> {
  const sides: Side[] = [1, 2].map((count) => ({
    ...BOOK,
    name: `${String(count)} of ours`,
    contestant: 'ours',
    env: { WEB_CONCURRENCY: String(count) },
  }));
  const [one, two] = await sideBySide(arena, 'processes', sides);
  return {
    ...finding(sides, [one!, two!]),
    title: 'One and two server processes',
    about:
      'Bookings of one hot event. The database and the load generator share the machine, so on two ' +
      'processors a second process competes with them.',
    lines: [],
  };
}

export async function logging(arena: Arena): Promise<Finding> {
  const sides: Side[] = [
    { ...BOOK, name: 'on', contestant: 'ours' },
    { ...BOOK, name: 'off', contestant: 'ours', env: { LOG_LEVEL: 'silent' } },
  ];
  const [on, off] = await sideBySide(arena, 'logging', sides);
  return {
    ...finding(sides, [on!, off!]),
    title: 'Logging',
    about:
      'Bookings of one hot event, with one log line per request written to a file, and without.',
    lines: [
      lineOf({
        measure: 'logging on against off',
        values: rateRatios(on!, off!),
        atLeast: 0.95,
      }),
    ],
  };
}

function finding(
  sides: readonly Side[],
  measured: readonly (readonly Parameters<typeof rateCells>[0][number][])[],
): Pick<Finding, 'columns' | 'rows'> {
  return {
    columns: ['', ...RATE_COLUMNS],
    rows: sides.map(({ name }, place) => [name, ...rateCells(measured[place]!)]),
  };
}
