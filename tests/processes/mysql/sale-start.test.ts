import { makeEvent } from '../../factories/events';
import { makePeople, type Person } from '../../factories/people';
import { checkHistory } from '../../support/history/check-history';
import { History } from '../../support/history/history';
import { TestApi } from '../../support/http/test-api';
import { ServerProcess } from '../../support/servers/server-process';

/** The servers' clocks are this far apart, and both are wrong. */
const CLOCKS_APART_MS = 90_000;
/** Time for the stampede to be under way when the sale starts. */
const STARTS_IN_MS = 1_500;
const PEOPLE = 80;
const TICKETS = 60;

/** Sets a server's clock ahead by so much, or back. */
function clockAhead(ms: number): string[] {
  const shim = `
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(RealDate.now() + ${String(ms)});
      else super(...given);
    }
    static now() { return RealDate.now() + ${String(ms)}; }
  };`;
  return ['--import', `data:text/javascript,${encodeURIComponent(shim)}`];
}

describe('two servers whose clocks are 90 seconds apart', () => {
  let api: TestApi;
  let servers: ServerProcess[];
  beforeAll(async () => {
    api = await TestApi.start();
    servers = await Promise.all(
      [CLOCKS_APART_MS / 2, -CLOCKS_APART_MS / 2].map((ms) =>
        ServerProcess.start(api.container.config.database, { nodeOptions: clockAhead(ms) }),
      ),
    );
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await api.close();
  });

  it('start a sale in the middle of a stampede at the same moment: none before, none held up', async () => {
    const people = await makePeople(api.container, PEOPLE);
    const saleStartsAt = new Date(Date.now() + STARTS_IN_MS);
    const event = await makeEvent(api, {
      total: TICKETS,
      more: { sale_starts_at: saleStartsAt.toISOString() },
    });
    const history = new History(servers.map(({ url }) => url));

    /** Asks again and again until the sale has started. */
    async function storm(person: Person, withKey: boolean): Promise<void> {
      for (let attempt = 0; ; attempt += 1) {
        const key = withKey ? `${String(person.id)}-${String(attempt)}` : undefined;
        const answer = await history.book(person, event.id, key === undefined ? {} : { key });
        if (answer?.body.code !== 'SALE_NOT_STARTED') return;
      }
    }
    await Promise.all(people.map((person, index) => storm(person, index % 2 === 0)));

    expect(history.tally()).toMatchObject({
      '201 booked': TICKETS,
      '201 waitlisted': PEOPLE - TICKETS,
    });
    const { AuditEntry } = api.container.database.models;
    const first = await AuditEntry.findOne({ where: { event_id: event.id, version: 1 } });
    expect(first!.get().createdAt.getTime()).toBeGreaterThanOrEqual(saleStartsAt.getTime());
    // Each refusal must have been right at some moment of its call, by the database's clock.
    const { refusals } = await checkHistory(api.container.database, history, {
      eventId: event.id,
      people: people.map(({ id }) => id),
    });
    expect(refusals).toBeGreaterThan(PEOPLE);
  });
});
