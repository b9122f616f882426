import { tell, type Arena, type Asked, type Measured } from '../arena';
import type { Contestant } from '../support/bench-server';

/** One of the loads that are measured in turn, each on its own server. */
export interface Side extends Asked {
  readonly name: string;
  readonly contestant: Contestant;
  readonly env?: Readonly<Record<string, string>>;
}

/** Measures loads in turn over several rounds; returns the figures in the order of the loads. */
export async function sideBySide(
  arena: Arena,
  title: string,
  sides: readonly Side[],
): Promise<Measured[][]> {
  const measured: Measured[][] = sides.map(() => []);
  for (let round = 0; round < arena.plan.rounds; round += 1) {
    for (const [place, { name, contestant, env, ...asked }] of sides.entries()) {
      const result = await arena.withServer(
        contestant,
        asked,
        (server) => arena.measure(server, asked),
        { env },
      );
      measured[place]!.push(result);
      const rate = String(Math.round(result.rate));
      tell(`${title}, round ${String(round + 1)}, ${name}: ${rate} /s`);
    }
  }
  return measured;
}

/** The ratios of the rates of two sides, round by round. */
export function rateRatios(a: readonly Measured[], b: readonly Measured[]): number[] {
  return a.map(({ rate }, round) => rate / b[round]!.rate);
}
