import { FaultWorld } from '../../support/faults/fault-world';
import { ServerProcess } from '../../support/servers/server-process';
import { emptyDatabase } from '../../support/setup/test-database';

const SIGNUPS = 60;

describe('one SQLite file with two threads that write', () => {
  it('takes signups and new events in turn with a stampede: none is refused', async () => {
    const settings = await emptyDatabase('one_writer');
    const world = await FaultWorld.open(settings);
    const server = await ServerProcess.start(settings, { env: { EXECUTOR: 'thread' } });
    const run = await world.run([server.url], { total: 400 });
    const [organizer] = world.people;
    const post = async (route: string, body: object): Promise<number> => {
      const response = await fetch(`${server.url}/api${route}`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${organizer!.token}`,
        },
        body: JSON.stringify(body),
      });
      return response.status;
    };

    const load = run.startLoad(24);
    const statuses: number[] = [];
    for (let count = 0; count < SIGNUPS; count += 1) {
      const email = `one-writer-${String(count)}@example.com`;
      const event = { event_name: `One writer ${String(count)}`, total_tickets: 1 };
      statuses.push(
        ...(await Promise.all([
          post('/auth/signup', { email, password: 'correct horse' }),
          post('/events/initialize', event),
        ])),
      );
    }
    await load.stop();

    expect(statuses.filter((status) => status !== 201)).toEqual([]);
    expect((await run.check()).unknown).toBe(0);
    expect(run.history.calls.filter(({ answer }) => (answer?.status ?? 0) >= 500)).toEqual([]);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await world.close();
  });
});
