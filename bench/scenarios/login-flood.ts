import { PLENTY, tell, type Arena, type Measured } from '../arena';
import { lineOf, withSpread, type Finding } from '../report/finding';
import { RATE_COLUMNS, rateCells } from '../report/rows';

const BOOKERS = 64;
const INTRUDERS = 32;

/** The effect of a flood of logins with wrong passwords on bookings. */
export async function loginFlood(arena: Arena): Promise<Finding> {
  const booking = { steps: ['book'], clients: BOOKERS } as const;
  const event = { tickets: PLENTY };
  const quiet: Measured[] = [];
  const flooded: Measured[] = [];
  const logins: Measured[] = [];
  for (let round = 1; round <= arena.plan.rounds; round += 1) {
    await arena.withServer('ours', booking, async (server) => {
      quiet.push(await arena.measure(server, { ...booking, event }));
      const [beside, flood] = await Promise.all([
        arena.measure(server, { ...booking, event }),
        arena.measure(server, {
          steps: ['login'],
          clients: INTRUDERS,
          tokensFile: arena.database.emails,
          event,
          refused: 'all',
        }),
      ]);
      flooded.push(beside);
      logins.push(flood);
    });
    const p99s = [quiet, flooded].map((all) => all.at(-1)!.p99Ms.toFixed(1));
    tell(`login flood, round ${String(round)}: booking p99 ${p99s.join(' ms, flooded ')} ms`);
  }
  return {
    title: 'A login flood',
    about:
      `${String(BOOKERS)} clients book one hot event; at the same time ${String(INTRUDERS)} try ` +
      'passwords, each of which costs a bcrypt comparison of the default cost.',
    columns: ['bookings', ...RATE_COLUMNS, 'login attempts/s'],
    rows: [
      ['quiet', ...rateCells(quiet), '–'],
      ['during the flood', ...rateCells(flooded), withSpread(logins.map(({ rate }) => rate))],
    ],
    lines: [
      lineOf({
        measure: 'booking p99 during a login flood against quiet',
        values: flooded.map(({ p99Ms }, round) => p99Ms / quiet[round]!.p99Ms),
        atMost: 1.5,
      }),
    ],
  };
}
