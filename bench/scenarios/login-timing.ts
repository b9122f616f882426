import { request } from 'node:http';
import { tell, type Arena } from '../arena';
import { lineOf, type Finding } from '../report/finding';

/** The lowest allowed cost, so that the hash hides as little of the other work as possible. */
const BCRYPT_ROUNDS = '4';
const UNKNOWN_EMAIL = 'nobody@example.com';
const KNOWN_EMAIL = 'known@example.com';
const PASSWORD = 'correct horse battery';
/** The share of the slowest answers, which depend more on the machine than on the server. */
const LEFT_OUT = 0.05;

/** Whether the time of an answer reveals an account: wrong passwords, alternating e-mails. */
export async function loginTiming(arena: Arena): Promise<Finding> {
  const { logins } = arena.plan;
  const warmUp = { steps: ['book'], clients: 16 } as const;
  const times = await arena.withServer(
    'ours',
    warmUp,
    async ({ url }) => {
      await post(`${url}/api/auth/signup`, { email: KNOWN_EMAIL, password: PASSWORD });
      const known: number[] = [];
      const unknown: number[] = [];
      for (let round = 0; round < logins; round += 1) {
        // The order of the pair alternates.
        const pair = [
          { email: KNOWN_EMAIL, into: known },
          { email: UNKNOWN_EMAIL, into: unknown },
        ];
        for (const { email, into } of round % 2 === 0 ? pair : pair.reverse()) {
          const startedAt = performance.now();
          const status = await post(`${url}/api/auth/login`, { email, password: 'wrong password' });
          into.push(performance.now() - startedAt);
          if (status !== 401)
            throw new Error(`A wrong password was answered with ${String(status)}`);
        }
      }
      return { known: meanOf(known), unknown: meanOf(unknown) };
    },
    { env: { BCRYPT_ROUNDS } },
  );
  tell(`login timing: ${String(logins)} of each`);
  const difference = Math.abs(times.known - times.unknown) / times.unknown;
  return {
    title: 'Login timing',
    about:
      `${logins.toLocaleString('en-GB')} wrong passwords each for an e-mail with an account ` +
      'and for one without, in turn, at the lowest bcrypt cost. Means without the slowest ' +
      'twentieth.',
    columns: ['e-mail', 'mean ms'],
    rows: [
      ['with an account', times.known.toFixed(3)],
      ['without', times.unknown.toFixed(3)],
    ],
    lines: [
      lineOf({
        measure: 'login time, known against unknown e-mail: difference of the means',
        values: [difference * 100],
        atMost: 2,
        unit: ' %',
      }),
    ],
  };
}

function meanOf(times: readonly number[]): number {
  const kept = [...times].sort((a, b) => a - b).slice(0, Math.ceil(times.length * (1 - LEFT_OUT)));
  return kept.reduce((sum, time) => sum + time, 0) / kept.length;
}

function post(url: string, body: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      { method: 'POST', headers: { 'Content-Type': 'application/json' } },
      (response) => {
        response.resume().once('end', () => {
          resolve(response.statusCode ?? 0);
        });
      },
    );
    asking.once('error', reject).end(JSON.stringify(body));
  });
}
