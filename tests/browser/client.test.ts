import { randomUUID } from 'node:crypto';
import type { bookTickets } from '../../docs/client/book-tickets';
import type { followEvent } from '../../docs/client/follow-event';
import { Migrator } from '../../src/database/migrator';
import { Browser } from '../support/servers/browser';
import { browserTypeErrors, FrontEnd } from '../support/servers/front-end';
import { ServerProcess } from '../support/servers/server-process';
import { emptyDatabase } from '../support/setup/test-database';

/** What the page offers to scripts that run in it. */
interface Client {
  readonly bookTickets: typeof bookTickets;
  readonly followEvent: typeof followEvent;
}

type Answer = Readonly<{ data: Readonly<Record<string, unknown>> }>;

describe('the clients of the guide, in a page of another origin', () => {
  let server: ServerProcess;
  let frontEnd: FrontEnd;
  let browser: Browser;
  beforeAll(async () => {
    const database = await emptyDatabase('browser-client');
    await new Migrator(database).up();
    frontEnd = await FrontEnd.start();
    server = await ServerProcess.start(database, { env: { ORIGIN: frontEnd.origin } });
    browser = await Browser.start();
    await browser.page.goto(frontEnd.origin);
    await browser.page.waitForFunction('globalThis.followEvent');
    // As SDKs for tracing do it.
    await browser.page.evaluate(() => {
      const plain = globalThis.fetch;
      globalThis.fetch = (input, init) => {
        const request = new Request(input, init);
        request.headers.set('traceparent', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`);
        request.headers.set('baggage', 'sentry-environment=test');
        return plain(request);
      };
    });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await frontEnd.stop();
  });

  const newAccount = () => ({
    email: `${randomUUID()}@example.com`,
    password: 'correct horse battery',
  });

  async function call(path: string, body: object, token?: string): Promise<Answer['data']> {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    return ((await answer.json()) as Answer).data;
  }

  /** Signs up, logs in and creates an event. */
  async function makeEvent(total_tickets: number): Promise<{ id: number; token: string }> {
    const account = newAccount();
    await call('/api/auth/signup', account);
    const token = (await call('/api/auth/login', account)).token as string;
    const event = { event_name: randomUUID(), total_tickets };
    return { id: (await call('/api/events/initialize', event, token)).id as number, token };
  }

  /** Books by the client of the guide, in the page. */
  function book(account: object, booking: object): Promise<string> {
    const input = [server.url, account, booking] as Parameters<typeof bookTickets>;
    return browser.page.evaluate(
      (given) => (globalThis as unknown as Client).bookTickets(...given),
      input,
    );
  }

  it('compile without the types of Node', () => {
    expect(browserTypeErrors()).toEqual([]);
  });

  it('sign up, log in, book and wait, with headers of a tracing SDK on each request', async () => {
    const event = await makeEvent(2);

    expect(await book(newAccount(), { event_id: event.id, quantity: 3 })).toBe(
      '2 booked, waiting for 1 at position 1',
    );
    expect(browser.complaints).toEqual([]);
  });

  it('see the moment when the waitlist gives them a ticket', async () => {
    const event = await makeEvent(1);
    await call('/api/tickets/book', { event_id: event.id }, event.token);
    const account = newAccount();
    await book(account, { event_id: event.id });
    const { token } = await call('/api/auth/login', account);
    const seen: unknown[] = [];
    await browser.page.exposeFunction('see', (held: number) => {
      seen.push(held);
      if (seen.length === 1) void call('/api/tickets/cancel', { event_id: event.id }, event.token);
    });

    const held = await browser.page.evaluate(
      async ([url, bearer, id]) => {
        const page = globalThis as unknown as Client & { see(held: number): Promise<void> };
        for await (const mine of page.followEvent(url, bearer, id, 0.1)) {
          await page.see(mine.tickets_held);
          if (mine.tickets_held > 0) return mine.tickets_held;
        }
        return 0;
      },
      [server.url, token as string, event.id] as const,
    );

    expect(held).toBe(1);
    expect(seen).toEqual([0, 1]);
  });
});
