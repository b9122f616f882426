import { randomUUID } from 'node:crypto';
import { survives } from '../../support/faults/fault-report';
import { OwnDatabase } from '../../support/servers/own-database';
import { ServerProcess } from '../../support/servers/server-process';
import { until } from '../../support/setup/until';

const START_LIMIT_MS = 60_000;
const JUMP_SECONDS = 3_600;

describe('a database whose clock jumps', () => {
  let own: OwnDatabase;
  let server: ServerProcess;
  beforeAll(async () => {
    // The servers use SYSDATE; treated as NOW, it follows the clock of the session.
    own = await OwnDatabase.start({ options: ['--sysdate-is-now'] });
    server = await ServerProcess.start(own.service);
  }, START_LIMIT_MS);
  afterAll(async () => {
    await server.stop();
    await own.stop();
  });

  /** New sessions get a different, stopped clock; waits until there are no old sessions. */
  async function jump(seconds: number): Promise<void> {
    await own.asRoot(async (connection) => {
      await connection.query(
        `SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() + ${String(seconds)}'`,
      );
    });
    await until(async () => (await own.serviceConnections()) === 0);
  }

  survives(
    {
      area: 'The database',
      fault: 'its clock jumps an hour ahead and an hour back, and stands still',
      checked: 'the queue keeps the order of arrival; a key is still known; linearizable',
    },
    async () => {
      const run = await own.world.run([server.url], { events: 1, total: 1 });
      const { history, eventId } = run;
      const [holder, first, second, third] = own.world.people;
      const key = randomUUID();
      const booked = await history.book(holder!, eventId, { key });
      await history.join(first!, eventId);

      await jump(JUMP_SECONDS);
      await history.join(second!, eventId);
      expect(await history.book(holder!, eventId, { key })).toEqual({
        ...booked,
        isReplayed: true,
      });
      await jump(-JUMP_SECONDS);
      await history.join(third!, eventId);
      expect(await history.book(holder!, eventId, { key })).toEqual({
        ...booked,
        isReplayed: true,
      });

      const { WaitlistEntry } = own.world.observer.container.database.models;
      const entries = await WaitlistEntry.findAll({ where: { event_id: eventId }, raw: true });
      const times = new Map(
        entries.map((entry) => {
          const { user_id, createdAt } = entry as unknown as { user_id: number; createdAt: Date };
          return [user_id, createdAt.getTime()];
        }),
      );
      // The clock has jumped: the last to join has the earliest time.
      expect(times.get(third!.id)).toBeLessThan(times.get(first!.id)!);
      expect(times.get(first!.id)).toBeLessThan(times.get(second!.id)!);

      for (const person of [holder!, first!, second!, third!]) {
        const held = await history.cancelHeld(person, eventId);
        expect([person.id, held?.status]).toEqual([person.id, 200]);
      }
      expect((await run.check()).promotions).toBe(3);
      return 2;
    },
  );
});
