import type { MysqlSettings } from '../../../src/config/config';
import { makeEvent } from '../../factories/events';
import { makePeople, makePerson } from '../../factories/people';
import { checkHistory } from '../../support/history/check-history';
import { History } from '../../support/history/history';
import { ServerProcess } from '../../support/servers/server-process';
import { TestApi } from '../../support/http/test-api';
import { until } from '../../support/setup/until';

const WORKERS = 2;

describe('a server with several workers', () => {
  let api: TestApi;
  let server: ServerProcess;
  beforeAll(async () => {
    api = await TestApi.start();
    const { database } = api.container.config;
    server = await ServerProcess.start(database, { env: { WEB_CONCURRENCY: String(WORKERS) } });
    await until(() => listeningIn(server) === WORKERS);
  });
  afterAll(async () => {
    await server.kill();
    await api.close();
  });

  it('sells each ticket once, merges the metrics, and survives the loss of a worker', async () => {
    const people = await makePeople(api.container, 120);
    const event = await makeEvent(api, { total: 50 });
    const history = new History([server.url]);
    await Promise.all(people.map((person) => history.book(person, event.id)));
    expect(history.tally()).toEqual({ '201 booked': 50, '201 waitlisted': 70 });

    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/inventory_commands_total\{kind="book",outcome="booked"\} 50\n/);
    expect(metrics).toMatch(/inventory_commands_total\{kind="book",outcome="waitlisted"\} 70\n/);

    // Figures of processes are added up; those of the database are not.
    const { poolMax } = api.container.config.database as MysqlSettings;
    const { Event } = api.container.database.models;
    expect(metrics).toContain(`\nwaitlist_people ${String(await Event.sum('waitlist_count'))}\n`);
    expect(metrics).toContain(`\ndatabase_pool_max ${String(WORKERS * poolMax)}\n`);
    expect(metrics).toContain('\ndatabase_up 1\n');

    const [worker] = await server.children();
    process.kill(worker!, 'SIGKILL');
    await until(() => listeningIn(server) === WORKERS + 1);
    await Promise.all(people.slice(0, 20).map((person) => history.cancelHeld(person, event.id)));
    await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
  });

  it('replaces workers that crash repeatedly after growing delays', async () => {
    const [worker] = await server.children();
    process.kill(worker!, 'SIGKILL');
    await until(() => listeningIn(server) === WORKERS + 2);

    expect(server.log.flatMap(({ pauseMs }) => pauseMs ?? [])).toEqual([500, 1_000]);
  });

  it('answers requests in flight, in all workers, before it stops', async () => {
    const person = await makePerson(api.container);
    const event = await makeEvent(api, { total: 500 });
    const history = new History([server.url]);
    const bookings = Array.from({ length: 100 }, () => history.book(person, event.id));
    await Promise.race(bookings);

    const exit = await server.stop();

    await Promise.allSettled(bookings);
    expect(exit).toEqual({ code: 0, signal: null });
    await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: [person.id],
    });
  });
});

describe('workers whose primary process is killed', () => {
  it('exit, and release the port', async () => {
    const api = await TestApi.start();
    const { database } = api.container.config;
    const server = await ServerProcess.start(database, {
      env: { WEB_CONCURRENCY: String(WORKERS) },
    });
    try {
      await until(() => listeningIn(server) === WORKERS);
      const workers = await server.children();

      await server.kill();

      await until(() => workers.every((worker) => !isRunning(worker)));
      await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
    } finally {
      await api.close();
    }
  });
});

describe('workers that are still starting when the server is stopped', () => {
  it('stop as soon as they have started', async () => {
    const api = await TestApi.start();
    const { database } = api.container.config;
    const server = await ServerProcess.start(database, { env: { WEB_CONCURRENCY: '3' } });
    try {
      // The first worker listens.
      expect(await server.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await server.kill();
      await api.close();
    }
  });
});

describe('workers that cannot start', () => {
  it('end the server with an error message', async () => {
    const api = await TestApi.start();
    try {
      const { database } = api.container.config;
      const server = ServerProcess.spawn(database, {
        env: { WEB_CONCURRENCY: String(WORKERS), DB_DATABASE: 'there_is_no_such_database' },
      });
      expect(await server.exited).toEqual({ code: 1, signal: null });
      expect(server.output).toContain('there_is_no_such_database');
    } finally {
      await api.close();
    }
  });
});

function listeningIn({ log }: ServerProcess): number {
  return log.filter(({ message }) => message.startsWith('Listening on port')).length;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
