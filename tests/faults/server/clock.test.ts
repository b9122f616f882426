import { randomUUID } from 'node:crypto';
import type { DatabaseSettings } from '../../../src/config/config';
import { PASSWORD, type Person } from '../../factories/people';
import { survives } from '../../support/faults/fault-report';
import { FaultWorld } from '../../support/faults/fault-world';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';
import { until } from '../../support/setup/until';

/** A token for an hour has expired by then. */
const JUMP_MINUTES = 61;

/** Makes a server's clock jump an hour ahead or back on a signal; its timers go on. */
const JUMPING_CLOCK = [
  '--import',
  `data:text/javascript,
  const RealDate = Date;
  let aheadMs = 0;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(RealDate.now() + aheadMs);
      else super(...given);
    }
    static now() { return RealDate.now() + aheadMs; }
  };
  const jump = (minutes) => { aheadMs += minutes * 60000; console.log('Clock ' + aheadMs); };
  process.on('SIGUSR2', () => jump(${String(JUMP_MINUTES)}));
  process.on('SIGWINCH', () => jump(-${String(JUMP_MINUTES)}));`,
];

describe('a server whose clock jumps', () => {
  let settings: DatabaseSettings;
  let world: FaultWorld;
  let server: ServerProcess;
  beforeAll(async () => {
    settings = await emptyDatabase('faults_clock');
    world = await FaultWorld.open(settings);
    server = await ServerProcess.start(settings, { nodeOptions: JUMPING_CLOCK });
  });
  afterAll(async () => {
    await server.stop();
    await world.close();
  });

  async function jump(direction: 'ahead' | 'back'): Promise<void> {
    const jumps = server.otherOutput.length;
    server.signal(direction === 'ahead' ? 'SIGUSR2' : 'SIGWINCH');
    await until(() => server.otherOutput.length > jumps);
  }

  async function logIn({ id, email }: Person): Promise<Person> {
    const response = await fetch(`${server.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    const { data } = (await response.json()) as { data: { token: string } };
    return { id, email, token: data.token };
  }

  async function statusOfMe({ token }: Person): Promise<number> {
    const headers = { Authorization: `Bearer ${token}` };
    return (await fetch(`${server.url}/api/users/me`, { headers })).status;
  }

  /** The same request with a newer token. */
  async function bookAgain({ token }: Person, eventId: number, key: string): Promise<unknown> {
    const response = await fetch(`${server.url}/api/tickets/book`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      },
      body: JSON.stringify({ event_id: eventId, quantity: 1, additionalUsers: [] }),
    });
    return response.json();
  }

  survives(
    {
      area: 'The server',
      fault: 'its clock jumps an hour ahead and an hour back',
      checked:
        'a token expires by the clock; the queue keeps the order of arrival; a key is still known',
    },
    async () => {
      const run = await world.run([server.url], { events: 1, total: 1 });
      const { history, eventId } = run;
      const [holder, first, second, third] = world.people;
      const key = randomUUID();
      const booked = await history.book(holder!, eventId, { key });
      await history.join(first!, eventId);

      await jump('ahead');
      expect(await statusOfMe(holder!)).toBe(401);
      const later = await logIn(second!);
      expect(await statusOfMe(later)).toBe(200);
      await history.join(later, eventId);
      expect(await bookAgain(await logIn(holder!), eventId, key)).toEqual(booked?.body);

      await jump('back');
      await jump('back');
      expect(await statusOfMe(holder!)).toBe(200);
      await history.join(third!, eventId);
      await jump('ahead');

      for (const person of [holder!, first!, second!, third!]) {
        const held = await history.cancelHeld(person, eventId);
        expect([person.id, held?.status]).toEqual([person.id, 200]);
      }
      expect((await run.check()).promotions).toBe(3);
      return 4;
    },
  );
});
